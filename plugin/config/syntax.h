/* SPDX-License-Identifier: MIT */
/*
 * syntax: what libyaml stumbled over, as a place and a sentence that says what to do. Pure.
 */
#ifndef CONFIG_SYNTAX_H
#define CONFIG_SYNTAX_H

#include <stddef.h>
#include <yaml.h>

#include "base/err.h"
#include "model/origin.h"

/* parser has just failed on bytes, not for memory. Sets line and column of *at, and err
 * (ERR_CONFIG) to the sentence. */
void config_syntax_explain(const yaml_parser_t *parser, const char *bytes, size_t count,
                           struct model_origin *at, struct err *err);

#endif
