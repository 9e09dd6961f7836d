/* SPDX-License-Identifier: MIT */
#include "sim/schema.h"

#include <string.h>
#include <strings.h>

#define WRONG_COUNTER_TYPE "805438464" /* PERF_AVERAGE_TIMER */

struct writer {
    struct sim_bytes *out;
    const struct sim_class *class;
    bool qualifiers;
    bool lies;
    bool amended;
    size_t description_bytes; /* of each property; 0: it has none */
};

/* "0409" is text (shared/facts/wire.md 2). */
static bool is_number(const char *text)
{
    size_t digits = strspn(text, "0123456789|");
    return digits > 0 && text[digits] == '\0' && (text[0] != '0' || digits == 1) && text[0] != '|';
}

static bool is_boolean(const char *text)
{
    return strncasecmp(text, "true", 4) == 0 || strncasecmp(text, "false", 5) == 0;
}

static const char *text_type(const struct sim_property *property)
{
    if (property->bits != 0)
        return property->bits == 32 ? "uint32" : "uint64";
    if (property->text == NULL)
        return "string";
    if (is_boolean(property->text))
        return "boolean";
    return is_number(property->text) ? "uint64" : "string";
}

const char *sim_schema_type(const struct sim_property *property)
{
    switch (property->kind) {
    case SIM_NULL:
    case SIM_KEY:
    case SIM_HOST:
    case SIM_BUILD:
        return "string";
    case SIM_TEXT:
    case SIM_EACH:
    case SIM_ARRAY:
        return text_type(property);
    case SIM_DATETIME:
    case SIM_DATETIME_BOOT:
    case SIM_DATETIME_NOW:
        return "datetime";
    default:
        return property->bits == 32 ? "uint32" : "uint64";
    }
}

static void qualifier(const struct writer *writer, const char *name, const char *type,
                      const char *value)
{
    if (!writer->qualifiers)
        return;
    sim_bytes_print(writer->out, "<QUALIFIER NAME=\"%s\" TYPE=\"%s\"><VALUE>", name, type);
    sim_bytes_xml(writer->out, value);
    sim_bytes_print(writer->out, "</VALUE></QUALIFIER>");
}

/* Said in German, and of itself that it is (the word is our own: no recorded declaration was
 * translated). */
static void translation(const struct writer *writer, const char *name, const char *text)
{
    if (!writer->qualifiers)
        return;
    sim_bytes_print(writer->out,
                    "<QUALIFIER NAME=\"%s\" TYPE=\"string\" TOINSTANCE=\"true\" "
                    "TRANSLATABLE=\"true\" xml:lang=\"de-DE\"><VALUE>",
                    name);
    sim_bytes_xml(writer->out, text);
    sim_bytes_text(writer->out, "</VALUE></QUALIFIER>");
}

static void padding(const struct writer *writer)
{
    static const char words[] = "was hier steht, liest niemand; ";
    if (writer->description_bytes == 0 || !writer->qualifiers)
        return;
    sim_bytes_text(writer->out, "<QUALIFIER NAME=\"Description\" TYPE=\"string\"><VALUE>");
    for (size_t left = writer->description_bytes; left > 0;) {
        size_t size = left < sizeof(words) - 1 ? left : sizeof(words) - 1;
        sim_bytes_add(writer->out, words, size);
        left -= size;
    }
    sim_bytes_text(writer->out, "</VALUE></QUALIFIER>");
}

static bool is_key(const struct sim_class *class, const char *name)
{
    return (class->key != NULL && strcasecmp(class->key, name) == 0) ||
           (class->other_key != NULL && strcasecmp(class->other_key, name) == 0);
}

static void counter(const struct writer *writer, const struct sim_property *property)
{
    struct sim_bytes text = {0};
    if (property->counter == 0)
        return;
    sim_bytes_print(&text, "%u", property->counter);
    qualifier(writer, "CounterType", "sint32", writer->lies ? WRONG_COUNTER_TYPE : text.data);
    sim_bytes_free(&text);
    qualifier(writer, "DefaultScale", "sint32", "0");
    qualifier(writer, "PerfDetail", "sint32", "100");
}

static void property(const struct writer *writer, const struct sim_property *from)
{
    const char *element = from->kind == SIM_ARRAY ? "PROPERTY.ARRAY" : "PROPERTY";
    sim_bytes_print(writer->out, "<%s NAME=\"%s\" CLASSORIGIN=\"%s\" TYPE=\"%s\">", element,
                    from->name, writer->class->name,
                    writer->lies ? "uint8" : sim_schema_type(from));
    if (is_key(writer->class, from->name) && !writer->lies)
        qualifier(writer, "key", "boolean", "TRUE");
    counter(writer, from);
    if (writer->amended) {
        translation(writer, "DisplayName", "Z\xc3\xa4hlertyp: 65536, Schl\xc3\xbcssel: TRUE");
        translation(writer, "Description",
                    "Die Gr\xc3\xb6\xc3\x9f"
                    "e \"<VALUE>\" in 1.024 Byte");
        translation(writer, "Units", "Prozent");
    } else {
        qualifier(writer, "DisplayName", "string", "\xe6\x8f\x8f\xe8\xbf\xb0 <TRUE>");
    }
    padding(writer);
    qualifier(writer, "read", "boolean", "TRUE");
    sim_bytes_print(writer->out, "</%s>", element);
}

void sim_schema_write(struct sim_bytes *out, const struct sim_host *host,
                      const struct sim_class *class, bool with_qualifiers)
{
    struct writer writer = {
        .out = out,
        .class = class,
        .qualifiers = with_qualifiers,
        .lies = host->mode.lying_schema,
        .amended = host->mode.amended,
        .description_bytes = host->mode.big_schema_mb * 1048576ul / class->property_count,
    };
    bool raw = strncasecmp(class->name, "Win32_PerfRawData_", 18) == 0;
    sim_bytes_print(out, "<CLASS NAME=\"%s\"%s>", class->name,
                    raw ? " SUPERCLASS=\"Win32_PerfRawData\"" : "");
    qualifier(&writer, "dynamic", "boolean", "TRUE");
    qualifier(&writer, "Locale", "sint32", writer.amended ? "1031" : "1033");
    if (writer.amended)
        qualifier(&writer, "AmendedLocale", "sint32", "1031");
    if (raw)
        qualifier(&writer, "HiPerf", "boolean", "TRUE");
    if (class->key == NULL)
        qualifier(&writer, "Singleton", "boolean", "TRUE");
    for (size_t i = 0; i < class->property_count; i++)
        property(&writer, &class->properties[i]);
    sim_bytes_print(out, "</CLASS>");
}
