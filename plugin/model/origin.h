/* SPDX-License-Identifier: MIT */
/* origin: where in the operator's files something was asked for, so that a complaint made much
 * later can still name it. The path is owned by the model. line and column count from 1. */
#ifndef MODEL_ORIGIN_H
#define MODEL_ORIGIN_H

struct model_origin {
    const char *path;
    unsigned line;
    unsigned column;
};

#endif
