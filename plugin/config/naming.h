/* SPDX-License-Identifier: MIT */
/* naming: whose names the metrics of a host get. */
#ifndef CONFIG_NAMING_H
#define CONFIG_NAMING_H

enum config_naming_style {
    CONFIG_NAMING_NATIVE,  /* as the module says: those of collectd's own plugins on Linux */
    CONFIG_NAMING_WINDOWS, /* mi, module and keys, the module's type, the property */
    CONFIG_NAMING_COUNT
};

#endif
