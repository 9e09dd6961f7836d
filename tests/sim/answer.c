/* SPDX-License-Identifier: MIT */
#include "sim/answer.h"

#include "sim/classes.h"
#include "sim/envelope.h"
#include "sim/fault.h"
#include "sim/instance.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#define ACTION_RESPONSE "http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse"

/* Turns the body into UTF-16 with a byte order mark: the reply's charset is the request's
 * (shared/facts/wire.md 2). */
static void widen(struct sim_bytes *body)
{
    iconv_t converter = iconv_open("UTF-16LE", "UTF-8");
    size_t room = body->size * 2 + 2;
    char *wide = converter == (iconv_t)-1 ? NULL : malloc(room + 1);
    if (wide == NULL || body->failed) {
        body->failed = true;
        free(wide);
    } else {
        memcpy(wide, "\xff\xfe", 2);
        char *in = body->data, *out = wide + 2;
        size_t in_left = body->size, out_left = room - 2;
        body->failed = iconv(converter, &in, &in_left, &out, &out_left) == (size_t)-1;
        free(body->data);
        body->data = wide;
        body->size = (size_t)(out - wide);
        body->capacity = room + 1;
    }
    if (converter != (iconv_t)-1)
        iconv_close(converter);
}

void sim_answer_fault(struct sim_world *world, const struct sim_host *host, const char *machine,
                      uint32_t code, const struct sim_request *request, struct sim_reply *reply)
{
    struct sim_fault fault = {
        .code = code,
        .dialect = host->mode.dialect,
        .machine = machine,
        .computer = host->computer,
        .seed = host->seed,
        .serial = ++world->serial,
    };
    sim_bytes_free(&reply->body);
    reply->status = 500;
    reply->fault = true;
    sim_fault_write(&reply->body, &fault, request);
    if (request->utf16)
        widen(&reply->body);
}

/* The value that the selectors give to the class's key; *value stays NULL for a singleton. 0, or
 * the fault. */
static uint32_t key_select(const struct sim_request *request, const char *key, const char **value)
{
    if (key != NULL && request->selector_count == 0)
        return 0x803380FA; /* shared/facts/wire.md 1: a keyed class without keys */
    for (size_t i = 0; i < request->selector_count; i++) {
        if (key == NULL || strcasecmp(request->selectors[i].name, key) != 0)
            return 0x8033805B;
        *value = request->selectors[i].value;
    }
    return 0;
}

/* Whether the request names a namespace the host has, and the form of URI it takes. 0, or the
 * fault. */
static uint32_t namespace_judge(const struct sim_host *host, const struct sim_request *request)
{
    if (request->namespace_name == NULL)
        return host->mode.any_namespace ? 0 : 0x8033803B;
    /* a selector's value may have either slash; the URI has "/" only */
    const char *name = request->namespace_name;
    if (strncasecmp(name, "root", 4) != 0 ||
        strcasecmp(name + 4 + (name[4] != '\0'), "cimv2") != 0 ||
        strchr(request->form == SIM_FORM_DMTF ? "/\\" : "/", name[4]) == NULL)
        return 0x8004100E;
    if (request->form == SIM_FORM_DMTF && host->mode.no_dmtf &&
        strncasecmp(request->class_name, "Win32_", 6) == 0)
        return 0x80338139;
    return 0;
}

static uint32_t recorded_write(const struct sim_world *world, const struct sim_host *host,
                               const struct sim_request *request, struct sim_bytes *out)
{
    const char *prefix = host->mode.replay_prefix;
    const char *key = NULL;
    const char *value = NULL;
    if (world->replies == NULL || sim_replies_key(world->replies, prefix, request, &key) != 0)
        return 0x8033803B;
    uint32_t code = key_select(request, key, &value);
    if (code != 0)
        return code;
    const struct sim_recorded *item = sim_replies_find(world->replies, prefix, request, value);
    if (item == NULL)
        return 0x80338000;
    sim_bytes_add(out, item->xml, item->xml_size);
    return 0;
}

static uint32_t synthetic_write(const struct sim_world *world, const struct sim_host *host,
                                const struct sim_request *request, struct sim_bytes *out)
{
    const struct sim_class *class = sim_classes_find(request->class_name);
    struct sim_instance_source source = {
        .host = host,
        .class = class,
        .moment = {.seed = host->seed,
                   .now_100ns = sim_clock_now_100ns(&world->clock),
                   .epoch_100ns = world->clock.epoch_100ns},
    };
    if (class == NULL)
        return 0x8033803B;
    uint32_t code = key_select(request, class->key, &source.key_value);
    if (code != 0)
        return code;
    source.instance = sim_classes_instance(class, source.key_value, host->computer, host->name);
    if (source.instance == NULL)
        return 0x80338000;
    sim_instance_write(out, &source, request);
    return 0;
}

void sim_answer(struct sim_world *world, const struct sim_host *host, const char *machine,
                const struct sim_request *request, struct sim_reply *reply)
{
    struct sim_envelope envelope = {
        .action = ACTION_RESPONSE,
        .relates_to = request->message_id,
        .operation_id = request->operation_id,
        .seed = host->seed,
        .serial = ++world->serial,
    };
    uint32_t code = request->fault_code != 0 ? request->fault_code : namespace_judge(host, request);
    *reply = (struct sim_reply){.status = 200};
    if (code == 0) {
        sim_envelope_open(&reply->body, &envelope);
        code = host->mode.replay ? recorded_write(world, host, request, &reply->body)
                                 : synthetic_write(world, host, request, &reply->body);
        sim_envelope_close(&reply->body);
    }
    if (code == 0 && request->utf16)
        widen(&reply->body);
    if (code == 0 && reply->body.size > request->max_envelope_bytes)
        code = 0x80338048;
    if (code != 0)
        sim_answer_fault(world, host, machine, code, request, reply);
}
