/* SPDX-License-Identifier: MIT */
/* complaint: reads s:Fault, whichever dialect its Detail speaks (shared/facts/wire.md 3).
 *
 * Forgiving on purpose: what the host complains about matters more than the order in which it does.
 * Elements are taken by name wherever they stand in the Fault; only the text of an element without
 * children counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wsman/state.h"
#include "wsman/text.h"

#define ANY_NAMESPACE WSMAN_NAMESPACES

/* The sentence is taken from the best of these that is not empty: the closer to the cause, the
 * better. */
enum rank {
    RANK_NONE,
    RANK_REASON,
    RANK_WINDOWS_MESSAGE,
    RANK_DESCRIPTION,
    RANK_CIM_MESSAGE,
    RANK_FAULT_MESSAGE
};

typedef void store_text(struct wsman_reader *reader, const char *text, size_t count);

static void store_sentence(struct wsman_reader *reader, enum rank rank, const char *text,
                           size_t count)
{
    char sentence[sizeof reader->fault.sentence];
    if (rank <= reader->sentence_rank)
        return;
    wsman_text_fold(sentence, sizeof sentence, text, count);
    if (sentence[0] == '\0')
        return;
    memcpy(reader->fault.sentence, sentence, strlen(sentence) + 1);
    reader->sentence_rank = rank;
}

static void store_reason(struct wsman_reader *reader, const char *text, size_t count)
{
    store_sentence(reader, RANK_REASON, text, count);
}

static void store_windows_message(struct wsman_reader *reader, const char *text, size_t count)
{
    store_sentence(reader, RANK_WINDOWS_MESSAGE, text, count);
}

static void store_description(struct wsman_reader *reader, const char *text, size_t count)
{
    store_sentence(reader, RANK_DESCRIPTION, text, count);
}

static void store_cim_message(struct wsman_reader *reader, const char *text, size_t count)
{
    store_sentence(reader, RANK_CIM_MESSAGE, text, count);
}

static void store_fault_message(struct wsman_reader *reader, const char *text, size_t count)
{
    store_sentence(reader, RANK_FAULT_MESSAGE, text, count);
}

/* The local part of a QName; the prefix is anybody's. */
static void fold_local(char *out, size_t size, const char *text, size_t count)
{
    const char *colon = memchr(text, ':', count);
    if (colon != NULL) {
        count -= (size_t)(colon + 1 - text);
        text = colon + 1;
    }
    wsman_text_fold(out, size, text, count);
}

/* s:Code/s:Value comes first; below it each s:Subcode is more exact than the one around it. */
static void store_value(struct wsman_reader *reader, const char *text, size_t count)
{
    struct wsman_fault *fault = &reader->fault;
    if (fault->code[0] == '\0')
        fold_local(fault->code, sizeof fault->code, text, count);
    else
        fold_local(fault->subcode, sizeof fault->subcode, text, count);
}

static void store_fault_detail(struct wsman_reader *reader, const char *text, size_t count)
{
    wsman_text_fold(reader->fault.fault_detail, sizeof reader->fault.fault_detail, text, count);
}

static void store_message_id(struct wsman_reader *reader, const char *text, size_t count)
{
    wsman_text_fold(reader->fault.message_id, sizeof reader->fault.message_id, text, count);
}

static void store_error_type(struct wsman_reader *reader, const char *text, size_t count)
{
    wsman_text_fold(reader->fault.error_type, sizeof reader->fault.error_type, text, count);
}

static void store_provider(struct wsman_reader *reader, const char *text, size_t count)
{
    if (reader->fault.provider[0] == '\0')
        wsman_text_fold(reader->fault.provider, sizeof reader->fault.provider, text, count);
}

/* A decimal number of 32 bits, a negative HRESULT included; false where text is none. */
static bool read_number(const char *text, size_t count, uint32_t *number)
{
    char copy[32]; /* what is longer is out of range */
    char *end;
    wsman_text_fold(copy, sizeof copy, text, count);
    long long parsed = strtoll(copy, &end, 10);
    if (end == copy || *end != '\0' || parsed < INT32_MIN || parsed > (long long)UINT32_MAX)
        return false;
    *number = (uint32_t)parsed;
    return true;
}

static void store_cim_status(struct wsman_reader *reader, const char *text, size_t count)
{
    if (read_number(text, count, &reader->fault.cim_status))
        reader->fault.has_cim_status = true;
}

static void store_error_category(struct wsman_reader *reader, const char *text, size_t count)
{
    if (read_number(text, count, &reader->fault.error_category))
        reader->fault.has_error_category = true;
}

static void store_error_code(struct wsman_reader *reader, const char *text, size_t count)
{
    read_number(text, count, &reader->fault.error_code);
}

static void store_probable_cause(struct wsman_reader *reader, const char *text, size_t count)
{
    read_number(text, count, &reader->fault.probable_cause);
}

/* The error classes (MSFT_WmiError, OMI_Error, __ExtendedStatus) come in namespaces of several
 * forms, so their properties are known by name alone. */
static const struct field {
    enum wsman_namespace space;
    const char *name;
    store_text *store;
} fields[] = {
    {WSMAN_SOAP, "Value", store_value},
    {WSMAN_SOAP, "Text", store_reason},
    {WSMAN_WSMAN, "FaultDetail", store_fault_detail},
    {WSMAN_FAULT, "Message", store_fault_message},
    {WSMAN_FAULT, "ProviderFault", store_fault_message},
    {ANY_NAMESPACE, "CIMStatusCode", store_cim_status},
    {ANY_NAMESPACE, "Message", store_cim_message},
    {ANY_NAMESPACE, "MessageID", store_message_id},
    {ANY_NAMESPACE, "error_Code", store_error_code},
    {ANY_NAMESPACE, "error_Category", store_error_category},
    {ANY_NAMESPACE, "error_Type", store_error_type},
    {ANY_NAMESPACE, "error_WindowsErrorMessage", store_windows_message},
    {ANY_NAMESPACE, "ProbableCause", store_probable_cause},
    {ANY_NAMESPACE, "Description", store_description},
    {ANY_NAMESPACE, "ProviderName", store_provider},
};

static size_t find_field(const struct wsman_reader *reader, const struct wsman_tag *tag)
{
    size_t i = 0;
    for (; i < sizeof fields / sizeof fields[0]; i++) {
        bool here =
            fields[i].space == ANY_NAMESPACE || wsman_reader_is(reader, tag, fields[i].space);
        if (here && strcmp(fields[i].name, tag->name) == 0)
            break;
    }
    return i;
}

/* ---- Elements ---- */

/* f:WSManFault Code: the outer one, or the innermost of those a provider put inside. */
static void note_code(struct wsman_reader *reader, const struct wsman_tag *tag)
{
    size_t count;
    uint32_t code;
    const char *text = wsman_reader_attribute(tag, "Code", &count);
    if (text == NULL || !read_number(text, count, &code))
        return;
    if (reader->fault_nesting > 1)
        reader->fault.inner_code = code;
    else
        reader->fault.outer_code = code;
}

static void note_provider(struct wsman_reader *reader, const struct wsman_tag *tag)
{
    size_t count;
    const char *text = wsman_reader_attribute(tag, "provider", &count);
    if (text != NULL)
        store_provider(reader, text, count);
}

static bool is_fault_element(const struct wsman_reader *reader, const struct wsman_tag *tag,
                             const char *name)
{
    return wsman_reader_is(reader, tag, WSMAN_FAULT) && strcmp(tag->name, name) == 0;
}

static const struct wsman_state element;
static const struct wsman_state coded_element;

static int element_child(struct wsman_reader *reader, struct wsman_node *child,
                         const struct wsman_tag *tag)
{
    struct wsman_node *node = wsman_node_around(child);
    node->seen++;
    child->state = &element;
    child->field = find_field(reader, tag);
    if (is_fault_element(reader, tag, "WSManFault")) {
        child->state = &coded_element;
        reader->fault_nesting++;
        note_code(reader, tag);
    }
    if (is_fault_element(reader, tag, "ProviderFault"))
        note_provider(reader, tag);
    return 0;
}

static int element_end(struct wsman_reader *reader, struct wsman_node *node)
{
    if (node->seen == 0 && node->field < sizeof fields / sizeof fields[0])
        fields[node->field].store(reader, buf_text(&reader->text), reader->text.size_bytes);
    return 0;
}

static int coded_element_end(struct wsman_reader *reader, struct wsman_node *node)
{
    (void)node;
    reader->fault_nesting--;
    return 0;
}

static const struct wsman_state element = {WSMAN_TEXT_LEAF, element_child, element_end};
static const struct wsman_state coded_element = {WSMAN_TEXT_LEAF, element_child, coded_element_end};

/* ---- The Fault itself ---- */

/* A sentence there must be, even where s:Text is empty and Detail is absent. */
static void make_sentence(struct wsman_fault *fault)
{
    bool subcode = fault->subcode[0] != '\0';
    bool header = fault->not_understood[0] != '\0';
    snprintf(fault->sentence, sizeof fault->sentence,
             "the host answered with a fault without a text: %s%s%s%s%s",
             fault->code[0] != '\0' ? fault->code : "no code either", subcode ? "/" : "",
             fault->subcode, header ? ", header " : "", fault->not_understood);
}

static int fault_end(struct wsman_reader *reader, struct wsman_node *node)
{
    (void)node;
    if (reader->fault.sentence[0] == '\0')
        make_sentence(&reader->fault);
    return 0;
}

static const struct wsman_state fault = {WSMAN_TEXT_LEAF, element_child, fault_end};

void wsman_complaint_open(struct wsman_reader *reader, struct wsman_node *node)
{
    reader->is_fault = true;
    node->state = &fault;
}

void wsman_complaint_note_header(struct wsman_reader *reader, const struct wsman_tag *tag)
{
    size_t count;
    const char *text = wsman_reader_attribute(tag, "qname", &count);
    if (text != NULL)
        wsman_text_fold(reader->fault.not_understood, sizeof reader->fault.not_understood, text,
                        count);
}
