/* SPDX-License-Identifier: MIT */
#include "sim/envelope.h"

#include <inttypes.h>
#include <string.h>

static const struct {
    const char *prefix;
    const char *uri;
} namespaces[] = {
    {"s", "http://www.w3.org/2003/05/soap-envelope"},
    {"a", "http://schemas.xmlsoap.org/ws/2004/08/addressing"},
    {"x", "http://schemas.xmlsoap.org/ws/2004/09/transfer"},
    {"e", "http://schemas.xmlsoap.org/ws/2004/08/eventing"},
    {"n", "http://schemas.xmlsoap.org/ws/2004/09/enumeration"},
    {"w", "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"},
    {"p", "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"},
};

const char *sim_envelope_namespace(const char *prefix)
{
    for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
        if (strcmp(prefix, namespaces[i].prefix) == 0)
            return namespaces[i].uri;
    }
    return NULL;
}

static void uuid_print(struct sim_bytes *out, uint64_t seed, uint64_t serial)
{
    sim_bytes_print(out, "%08" PRIX32 "-%04X-%04X-%04X-%012" PRIX64, (uint32_t)(seed >> 32),
                    (unsigned)(seed >> 16 & 0xffff), (unsigned)(0x4000 | (seed & 0xfff)), 0x8000u,
                    serial & UINT64_C(0xffffffffffff));
}

static const char *language(uint64_t seed)
{
    static const char *const languages[] = {"en-US", "en-US", "de-DE", "zh-CN"};
    return languages[seed / 100 % 4];
}

static void not_understood_write(struct sim_bytes *out, const struct sim_envelope *envelope)
{
    sim_bytes_text(out, "<s:NotUnderstood qname=\"nu:");
    sim_bytes_xml(out, envelope->not_understood);
    sim_bytes_text(out, "\" xmlns:nu=\"");
    sim_bytes_xml(out, envelope->not_understood_ns);
    sim_bytes_text(out, "\"/>");
}

static void operation_write(struct sim_bytes *out, const char *operation_id)
{
    sim_bytes_text(out, "<p:OperationID s:mustUnderstand=\"false\">");
    sim_bytes_xml(out, operation_id);
    sim_bytes_text(out, "</p:OperationID><p:SequenceId>1</p:SequenceId>");
}

void sim_envelope_open(struct sim_bytes *out, const struct sim_envelope *envelope)
{
    sim_bytes_print(out, "<s:Envelope xml:lang=\"%s\"", language(envelope->seed));
    for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
        sim_bytes_print(out, " xmlns:%s=\"%s\"", namespaces[i].prefix, namespaces[i].uri);
    sim_bytes_print(out, "><s:Header><a:Action>%s</a:Action><a:MessageID>uuid:", envelope->action);
    uuid_print(out, envelope->seed, envelope->serial);
    sim_bytes_text(out, "</a:MessageID>");
    if (envelope->seed / 400 % 2 == 1) {
        sim_bytes_text(out, "<p:ActivityId>");
        uuid_print(out, ~envelope->seed, envelope->serial);
        sim_bytes_text(out, "</p:ActivityId>");
    }
    sim_bytes_text(out,
                   "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>");
    if (envelope->operation_id != NULL)
        operation_write(out, envelope->operation_id);
    if (envelope->not_understood != NULL)
        not_understood_write(out, envelope);
    if (envelope->relates_to != NULL && *envelope->relates_to != '\0') {
        sim_bytes_text(out, "<a:RelatesTo>");
        sim_bytes_xml(out, envelope->relates_to);
        sim_bytes_text(out, "</a:RelatesTo>");
    }
    sim_bytes_text(out, "</s:Header><s:Body>");
}

void sim_envelope_close(struct sim_bytes *out)
{
    sim_bytes_text(out, "</s:Body></s:Envelope>");
}
