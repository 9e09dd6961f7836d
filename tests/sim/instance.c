/* SPDX-License-Identifier: MIT */
#include "sim/instance.h"

#include "sim/clock.h"

#include <inttypes.h>
#include <string.h>

/* In a projection nothing stands in a namespace. */
static const char *prefix(const struct sim_instance_source *source)
{
    return source->bare ? "" : "p:";
}

static void element(struct sim_bytes *out, const struct sim_instance_source *source,
                    const char *name, const char *text)
{
    sim_bytes_print(out, "<%s%s>", prefix(source), name);
    sim_bytes_xml(out, text);
    sim_bytes_print(out, "</%s%s>", prefix(source), name);
}

static void part(struct sim_bytes *out, const struct sim_instance_source *source, const char *name,
                 const char *text, size_t size)
{
    struct sim_bytes copy = {0};
    sim_bytes_add(&copy, text, size);
    if (copy.failed)
        out->failed = true;
    else
        element(out, source, name, copy.data);
    sim_bytes_free(&copy);
}

static void array(struct sim_bytes *out, const struct sim_instance_source *source, const char *name,
                  const char *text)
{
    for (; text != NULL; text = strchr(text, '|') == NULL ? NULL : strchr(text, '|') + 1)
        part(out, source, name, text, strcspn(text, "|"));
}

static void datetime(struct sim_bytes *out, const struct sim_instance_source *source,
                     const char *name, const char *text)
{
    const char *cim = source->bare ? "" : "cim:";
    sim_bytes_print(out, "<%s%s><%sDatetime>%s</%sDatetime></%s%s>", prefix(source), name, cim,
                    text, cim, prefix(source), name);
}

/* The text of a property that has one which never changes, its size in *size; NULL: another kind.
 */
static const char *fixed_text(const struct sim_instance_source *source,
                              const struct sim_property *property, size_t *size)
{
    const char *text = property->text;
    switch (property->kind) {
    case SIM_BUILD:
        if (source->host->mode.build[0] != '\0')
            text = source->host->mode.build;
        break;
    case SIM_TEXT:
        break;
    case SIM_KEY:
        text = source->key_value;
        break;
    case SIM_HOST:
        text = source->host->computer;
        break;
    case SIM_BEARER:
        if (source->moment.bearer != 0)
            return NULL;
        return sim_classes_part(text, source->number, size);
    case SIM_EACH:
        return sim_classes_part(text, source->number, size);
    default:
        return NULL;
    }
    *size = strlen(text);
    return text;
}

static void number(struct sim_bytes *out, const struct sim_instance_source *source,
                   const struct sim_property *property)
{
    uint64_t value = 0;
    if (sim_classes_number(source->class, property, source->instance, &source->moment, &value) != 0)
        out->failed = true;
    sim_bytes_print(out, "<%s%s>%" PRIu64 "</%s%s>", prefix(source), property->name, value,
                    prefix(source), property->name);
}

void sim_instance_property_write(struct sim_bytes *out, const struct sim_instance_source *source,
                                 const struct sim_property *property)
{
    char time[40];
    size_t size = 0;
    const char *fixed = fixed_text(source, property, &size);
    if (fixed != NULL) {
        part(out, source, property->name, fixed, size);
        return;
    }
    switch (property->kind) {
    case SIM_NULL:
        sim_bytes_print(out, "<%s%s xsi:nil=\"true\"/>", prefix(source), property->name);
        return;
    case SIM_ARRAY:
        array(out, source, property->name, property->text);
        return;
    case SIM_DATETIME:
        datetime(out, source, property->name, property->text);
        return;
    case SIM_DATETIME_BOOT:
    case SIM_DATETIME_NOW:
        sim_clock_print(property->kind == SIM_DATETIME_BOOT ? source->moment.epoch_100ns
                                                            : source->moment.now_100ns,
                        time);
        datetime(out, source, property->name, time);
        return;
    default:
        number(out, source, property);
    }
}

int sim_instance_value(struct sim_bytes *out, const struct sim_instance_source *source,
                       const struct sim_property *property)
{
    uint64_t value = 0;
    size_t size = 0;
    const char *fixed = fixed_text(source, property, &size);
    if (fixed != NULL) {
        sim_bytes_add(out, fixed, size);
        return 0;
    }
    if (sim_classes_number(source->class, property, source->instance, &source->moment, &value) != 0)
        return -1;
    sim_bytes_print(out, "%" PRIu64, value);
    return 0;
}

static void null_write(struct sim_bytes *out, const struct sim_property *property)
{
    /* a null array is absent or says so (shared/facts/wire.md 2): here it says so */
    const char *array_mark =
        property->kind == SIM_ARRAY
            ? " xmlns:m=\"http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd\""
            : "";
    sim_bytes_print(out, "<p:%s%s xsi:nil=\"true\"%s/>", property->name, array_mark,
                    property->kind == SIM_ARRAY ? " m:IsNullArray=\"true\"" : "");
}

void sim_instance_write(struct sim_bytes *out, const struct sim_instance_source *source,
                        const struct sim_request *request)
{
    const struct sim_mode *mode = &source->host->mode;
    const char *name = mode->derived[0] != '\0' ? mode->derived : source->class->name;
    bool dmtf = request->form == SIM_FORM_DMTF;
    sim_bytes_print(
        out, "<p:%s xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:p=\"%s%s%s%s\" ",
        name, dmtf ? SIM_DMTF_PREFIX : SIM_WMI_PREFIX,
        dmtf ? "" : sim_classes_namespace(source->class), dmtf ? "" : "/", name);
    sim_bytes_print(
        out, "xmlns:cim=\"http://schemas.dmtf.org/wbem/wscim/1/common\" xsi:type=\"p:%s_Type\">",
        name);
    for (size_t i = 0; i < source->class->property_count; i++) {
        if (source->keyless && source->class->properties[i].kind == SIM_KEY)
            continue;
        if (mode->null)
            null_write(out, &source->class->properties[i]);
        else
            sim_instance_property_write(out, source, &source->class->properties[i]);
    }
    sim_bytes_print(out, "</p:%s>", name);
}
