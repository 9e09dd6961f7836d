/* SPDX-License-Identifier: MIT */
/*
 * daemon: the one place that says how collectd's headers are included (shared/facts/collectd.md).
 * plugin.c and dispatch.c alone include it; nothing of ours may come before it that defines
 * PACKAGE_*: collectd's own config.h does.
 */
#ifndef DAEMON_H
#define DAEMON_H

#include "collectd/core/daemon/collectd.h"
#include "collectd/core/daemon/plugin.h"
#include "collectd/core/utils/common/common.h"

#endif
