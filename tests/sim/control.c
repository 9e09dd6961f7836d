/* SPDX-License-Identifier: MIT */
#include "sim/control.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static unsigned complain(struct sim_bytes *body, unsigned status, const char *sentence)
{
    sim_bytes_text(body, "{\"error\":");
    sim_bytes_json(body, sentence);
    sim_bytes_text(body, "}\n");
    return status;
}

static void host_write(struct sim_bytes *body, const struct sim_host *host)
{
    const struct sim_counts *counts = &host->counts;
    sim_bytes_json(body, host->name);
    sim_bytes_print(body,
                    ":{\"connections\":%" PRIu64 ",\"requests\":%" PRIu64
                    ",\"unauthorized\":%" PRIu64 ",\"faults\":%" PRIu64 ",\"in_flight\":%" PRIu64
                    ",\"in_flight_peak\":%" PRIu64,
                    counts->connections, counts->requests, counts->unauthorized, counts->faults,
                    counts->in_flight, counts->in_flight_peak);
    sim_bytes_print(body,
                    ",\"legs\":%" PRIu64 ",\"handshakes\":%" PRIu64 ",\"sealed\":%" PRIu64
                    ",\"wrong_context\":%" PRIu64,
                    counts->legs, counts->handshakes, counts->sealed, counts->wrong_context);
    sim_bytes_print(body,
                    ",\"enumerations\":%" PRIu64 ",\"pulls\":%" PRIu64 ",\"releases\":%" PRIu64
                    ",\"contexts\":%" PRIu64 ",\"declarations\":%" PRIu64 ",\"user\":",
                    counts->enumerations, counts->pulls, counts->releases, counts->contexts,
                    counts->declarations);
    if (host->asker == NULL)
        sim_bytes_text(body, "null");
    else
        sim_bytes_json(body, host->asker->principal);
    sim_bytes_text(body, ",\"users\":{");
    for (const struct sim_asker *asker = host->askers; asker != NULL; asker = asker->next) {
        sim_bytes_json(body, asker->principal);
        sim_bytes_print(body, ":%" PRIu64 "%s", asker->requests, asker->next == NULL ? "" : ",");
    }
    sim_bytes_text(body, "},\"mode\":");
    sim_bytes_json(body, host->mode.text);
    sim_bytes_text(body, "}");
}

static unsigned stats(const struct sim_world *world, const struct sim_traffic *traffic,
                      const char *name, struct sim_bytes *body)
{
    const struct sim_host *one = name == NULL ? NULL : sim_hosts_find(world->hosts, name);
    if (name != NULL && one == NULL)
        return complain(body, 404, "no such host");
    sim_bytes_print(body,
                    "{\"connections\":%" PRIu64 ",\"connections_open\":%" PRIu64
                    ",\"requests\":%" PRIu64 ",\"in_flight\":%" PRIu64
                    ",\"in_flight_peak\":%" PRIu64 ",\"hosts\":{",
                    traffic->accepted, traffic->open, traffic->requests, traffic->in_flight,
                    traffic->in_flight_peak);
    for (const struct sim_host *host = one != NULL ? one : world->hosts->first; host != NULL;
         host = host->next) {
        host_write(body, host);
        if (one != NULL || host->next == NULL)
            break;
        sim_bytes_text(body, ",");
    }
    sim_bytes_text(body, "}}\n");
    return 200;
}

static unsigned mode_set(struct sim_world *world, const char *name, const char *set,
                         struct sim_bytes *body)
{
    struct sim_host *host =
        world->any_host ? sim_hosts_add(world->hosts, name) : sim_hosts_find(world->hosts, name);
    struct sim_mode mode;
    char complaint[320];
    if (host == NULL)
        return complain(body, 404, "no such host");
    if (set == NULL)
        return complain(body, 400, "say ?set=MODE");
    if (sim_mode_parse(set, &mode, complaint, sizeof(complaint)) != 0)
        return complain(body, 400, complaint);
    if (mode.replay && world->replies == NULL)
        return complain(body, 409, "no recorded replies were loaded (--replies)");
    host->mode = mode;
    sim_bytes_text(body, "{");
    host_write(body, host);
    sim_bytes_text(body, "}\n");
    return 200;
}

static unsigned clock_show(const struct sim_world *world, struct sim_bytes *body)
{
    sim_bytes_print(body, "{\"now_100ns\":%" PRIu64 ",\"epoch_100ns\":%" PRIu64 ",\"rate\":%g}\n",
                    sim_clock_now_100ns(&world->clock), world->clock.epoch_100ns,
                    world->clock.rate);
    return 200;
}

static unsigned clock_advance(struct sim_world *world, const char *advance, struct sim_bytes *body)
{
    char *end = NULL;
    double seconds = advance == NULL ? NAN : strtod(advance, &end);
    if (!(seconds >= 0 && seconds < 1e10) || end == advance || *end != '\0')
        return complain(body, 400, "say ?advance=SECONDS");
    sim_clock_advance(&world->clock, (uint64_t)llround(seconds * SIM_TICKS_PER_SECOND));
    return clock_show(world, body);
}

static unsigned replies_list(const struct sim_world *world, struct sim_bytes *body)
{
    const char *comma = "";
    sim_bytes_text(body, "[");
    for (size_t i = 0; world->replies != NULL && i < world->replies->count; i++) {
        const struct sim_recorded *item = &world->replies->items[i];
        if (item->form == SIM_FORM_SCHEMA) /* instances only */
            continue;
        sim_bytes_print(body, "%s\n{\"file\":", comma);
        comma = ",";
        sim_bytes_json(body, item->file);
        sim_bytes_print(body, ",\"form\":\"%s\",\"class\":\"%s\",\"key\":",
                        item->form == SIM_FORM_DMTF ? "dmtf" : "wmi", item->class_name);
        if (item->key_name == NULL) {
            sim_bytes_text(body, "null,\"value\":null}");
            continue;
        }
        sim_bytes_json(body, item->key_name);
        sim_bytes_text(body, ",\"value\":");
        sim_bytes_json(body, item->key_value);
        sim_bytes_text(body, "}");
    }
    sim_bytes_text(body, "]\n");
    return 200;
}

/* "host/NAME/mode": the name, or -1. */
static int host_name(const char *path, char *name, size_t name_size)
{
    static const char head[] = "host/", tail[] = "/mode";
    size_t size = strlen(path);
    if (strncmp(path, head, 5) != 0 || size <= 10 || strcmp(path + size - 5, tail) != 0 ||
        size - 10 >= name_size)
        return -1;
    memcpy(name, path + 5, size - 10);
    name[size - 10] = '\0';
    return 0;
}

unsigned sim_control(struct sim_world *world, const struct sim_traffic *traffic,
                     const struct sim_control_call *call, struct sim_bytes *body)
{
    char name[256];
    bool get = strcmp(call->method, "GET") == 0;
    bool post = strcmp(call->method, "POST") == 0;
    if (!get && !post)
        return complain(body, 405, "GET or POST");
    if (get && strcmp(call->path, "stats") == 0)
        return stats(world, traffic, call->host, body);
    if (get && strcmp(call->path, "clock") == 0)
        return clock_show(world, body);
    if (post && strcmp(call->path, "clock") == 0)
        return clock_advance(world, call->advance, body);
    if (get && strcmp(call->path, "replies") == 0)
        return replies_list(world, body);
    if (post && host_name(call->path, name, sizeof(name)) == 0)
        return mode_set(world, name, call->set, body);
    return complain(body, 404, "stats, clock, replies or host/NAME/mode");
}
