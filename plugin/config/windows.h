/* SPDX-License-Identifier: MIT */
/*
 * windows: what the names of naming.h's CONFIG_NAMING_WINDOWS need beside module, keys and
 * property, where a module would else give one name twice.
 */
#ifndef CONFIG_WINDOWS_H
#define CONFIG_WINDOWS_H

#include "config/module.h"

/* Of the metrics of an instance that read one property into one type, those with a type_instance of
 * their own get that behind the property's name: health_status_healthy. Of instances that have as
 * many keys and a property of one name, each gets its class: tcp-TCPv4. For a module that is read;
 * running out of memory is remembered by work. */
void config_windows_complete(struct config_work *work, struct config_module *module,
                             struct config_instance *instances);

#endif
