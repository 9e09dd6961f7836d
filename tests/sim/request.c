/* SPDX-License-Identifier: MIT */
#include "sim/request.h"

#include <ctype.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NS_SOAP     "http://www.w3.org/2003/05/soap-envelope"
#define NS_WSA      "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define NS_WSMAN    "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define NS_WSMV     "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
#define ANONYMOUS   NS_WSA "/role/anonymous"
#define NS_ENUM     "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define ACTION_GET  "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
#define LIMIT_BYTES 512000 /* MaxEnvelopeSizekb 500 (shared/facts/wire.md 5) */
#define LEAST_BYTES 8192   /* below: EncodingLimit (MS-WSMV 3.1.4.1.7) */
#define LONGEST_MS  60000  /* MaxTimeoutms (MS-WSMV 3.1.4.1.6: above, the host takes its own) */

/* What the headers held, before it is judged as a whole. */
struct headers {
    bool to;
    bool message_id;
    bool reply_to;
    const char *action;
    const char *resource_uri;
};

struct header_rule {
    const char *ns;
    const char *name;
    void (*take)(struct sim_request *request, struct headers *headers, xmlNode *node, bool must);
};

static void refuse(struct sim_request *request, uint32_t code)
{
    if (request->fault_code == 0)
        request->fault_code = code;
}

/* Keeps a string for the request's life; NULL when there is no room. */
static const char *keep(struct sim_request *request, char *string)
{
    if (string == NULL || request->string_count == SIM_STRINGS_MAX) {
        free(string);
        return NULL;
    }
    request->strings[request->string_count++] = string;
    return string;
}

static bool is(const xmlNode *node, const char *ns, const char *name)
{
    return node->type == XML_ELEMENT_NODE && node->ns != NULL &&
           strcmp((const char *)node->ns->href, ns) == 0 &&
           strcmp((const char *)node->name, name) == 0;
}

static xmlNode *child(xmlNode *parent, const char *ns, const char *name)
{
    xmlNode *node = parent == NULL ? NULL : xmlFirstElementChild(parent);
    while (node != NULL && !is(node, ns, name))
        node = xmlNextElementSibling(node);
    return node;
}

/* The text of an element, as it is or without the white space around it. */
static const char *text(struct sim_request *request, xmlNode *node, bool trim)
{
    xmlChar *content = xmlNodeGetContent(node);
    if (content == NULL)
        return NULL;
    const char *from = (const char *)content;
    size_t size = strlen(from);
    while (trim && isspace((unsigned char)*from)) {
        from++;
        size--;
    }
    while (trim && size > 0 && isspace((unsigned char)from[size - 1]))
        size--;
    const char *kept = keep(request, strndup(from, size));
    xmlFree(content);
    return kept;
}

static const char *attribute(struct sim_request *request, xmlNode *node, const char *ns,
                             const char *name)
{
    xmlChar *value = ns == NULL ? xmlGetNoNsProp(node, (const xmlChar *)name)
                                : xmlGetNsProp(node, (const xmlChar *)name, (const xmlChar *)ns);
    if (value == NULL)
        return NULL;
    const char *kept = keep(request, strdup((const char *)value));
    xmlFree(value);
    return kept;
}

static bool is_true(const char *value)
{
    return value != NULL && (strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
}

/* ---- single headers ---- */

static void take_to(struct sim_request *request, struct headers *headers, xmlNode *node, bool must)
{
    (void)request, (void)node, (void)must;
    headers->to = true;
}

static void take_ignored(struct sim_request *request, struct headers *headers, xmlNode *node,
                         bool must)
{
    (void)request, (void)headers, (void)node, (void)must;
}

static void take_reply_to(struct sim_request *request, struct headers *headers, xmlNode *node,
                          bool must)
{
    (void)must;
    xmlNode *address = child(node, NS_WSA, "Address");
    const char *uri = address == NULL ? NULL : text(request, address, true);
    headers->reply_to = true;
    if (uri == NULL || strcmp(uri, ANONYMOUS) != 0)
        refuse(request, 0x80338076); /* MS-WSMV 3.1.4.1.3 */
}

static void take_action(struct sim_request *request, struct headers *headers, xmlNode *node,
                        bool must)
{
    (void)must;
    headers->action = text(request, node, true);
}

static void take_resource_uri(struct sim_request *request, struct headers *headers, xmlNode *node,
                              bool must)
{
    (void)must;
    headers->resource_uri = text(request, node, true);
}

static void take_message_id(struct sim_request *request, struct headers *headers, xmlNode *node,
                            bool must)
{
    (void)must;
    const char *id = text(request, node, true);
    headers->message_id = id != NULL && *id != '\0';
    if (headers->message_id)
        request->message_id = id;
}

static void take_operation_id(struct sim_request *request, struct headers *headers, xmlNode *node,
                              bool must)
{
    (void)headers, (void)must;
    request->operation_id = text(request, node, true);
}

static void take_envelope_size(struct sim_request *request, struct headers *headers, xmlNode *node,
                               bool must)
{
    (void)headers, (void)must;
    const char *value = text(request, node, true);
    char *end = NULL;
    unsigned long long bytes = value == NULL ? 0 : strtoull(value, &end, 10);
    if (value == NULL || end == value || *end != '\0' || *value == '-')
        refuse(request, 0x80338041);
    else if (bytes < LEAST_BYTES)
        refuse(request, 0x80338035);
    else if (bytes < LIMIT_BYTES)
        request->max_envelope_bytes = bytes;
}

/* A number with up to nine digits of fraction in thousandths; *at is moved past it. -1: none there.
 */
static int thousandths(const char **at, uint64_t *number)
{
    if (!isdigit((unsigned char)**at))
        return -1;
    char *end = NULL;
    uint64_t value = strtoull(*at, &end, 10) % 1000000000u * 1000;
    if (*end == '.') {
        uint64_t unit = 100;
        for (end++; isdigit((unsigned char)*end); end++, unit /= 10)
            value += (uint64_t)(*end - '0') * unit;
    }
    *at = end;
    *number = value;
    return 0;
}

/* xs:duration without years and months, in milliseconds. -1: not one. */
static int duration_parse(const char *at, uint64_t *ms)
{
    static const char units[] = "DHMS";
    static const uint64_t seconds[] = {86400, 3600, 60, 1};
    if (at == NULL || *at++ != 'P' || *at == '\0')
        return -1;
    bool time = false;
    size_t least = 0;
    uint64_t sum = 0;
    while (*at != '\0') {
        if (*at == 'T' && !time) {
            time = true;
            at++;
        }
        uint64_t number = 0;
        if (thousandths(&at, &number) != 0)
            return -1;
        const char *unit = *at == '\0' ? NULL : strchr(units + least, *at);
        if (unit == NULL || time != (unit != units))
            return -1;
        sum += number * seconds[unit - units];
        least = (size_t)(unit - units) + 1;
        at++;
    }
    *ms = sum;
    return 0;
}

static void take_timeout(struct sim_request *request, struct headers *headers, xmlNode *node,
                         bool must)
{
    (void)headers, (void)must;
    uint64_t ms = 0;
    if (duration_parse(text(request, node, true), &ms) != 0)
        refuse(request, 0x80338081);
    else if (ms < LONGEST_MS)
        request->timeout_ms = ms;
}

static void take_locale(struct sim_request *request, struct headers *headers, xmlNode *node,
                        bool must)
{
    (void)headers, (void)node;
    if (must) /* MS-WSMV 3.1.4.1.8, 3.1.4.1.9 */
        refuse(request, 0x80338087);
}

static void take_fragment(struct sim_request *request, struct headers *headers, xmlNode *node,
                          bool must)
{
    (void)headers, (void)node;
    /* MS-WSMV 3.1.4.1.18. A host could serve the fragment; this simulator cannot, and says so. */
    refuse(request, must ? 0x80338077 : 0x8033800F);
}

/* Inherited properties are in every declaration, whatever IncludeInheritedElements says
 * (shared/replies/sam_Get_CLASS_Win32_OperatingSystem_body). */
static void take_option(struct sim_request *request, const char *name, const char *value)
{
    if (name != NULL && strcmp(name, "IncludeQualifiers") == 0)
        request->with_qualifiers = is_true(value);
}

static void take_options(struct sim_request *request, struct headers *headers, xmlNode *node,
                         bool must)
{
    (void)headers, (void)must;
    for (xmlNode *option = xmlFirstElementChild(node); option != NULL;
         option = xmlNextElementSibling(option)) {
        if (!is(option, NS_WSMAN, "Option"))
            refuse(request, 0x80338041);
        else if (is_true(attribute(request, option, NULL, "MustComply")))
            refuse(request, 0x80338039); /* MS-WSMV 3.1.4.1.10 */
        else
            take_option(request, attribute(request, option, NULL, "Name"),
                        text(request, option, true));
    }
}

static void take_selector(struct sim_request *request, xmlNode *node)
{
    const char *name = attribute(request, node, NULL, "Name");
    if (!is(node, NS_WSMAN, "Selector") || name == NULL) {
        refuse(request, 0x8033803D);
        return;
    }
    if (xmlFirstElementChild(node) != NULL || request->selector_count == SIM_SELECTORS_MAX) {
        refuse(request, 0x8033805D); /* a reference as key: no class here has one */
        return;
    }
    for (size_t i = 0; i < request->selector_count; i++) {
        if (strcasecmp(request->selectors[i].name, name) == 0)
            refuse(request, 0x8033805F);
    }
    const char *value = text(request, node, false);
    if (value == NULL)
        refuse(request, 0x8033805D);
    request->selectors[request->selector_count++] =
        (struct sim_selector){name, value == NULL ? "" : value};
}

static void take_selectors(struct sim_request *request, struct headers *headers, xmlNode *node,
                           bool must)
{
    (void)headers, (void)must;
    for (xmlNode *selector = xmlFirstElementChild(node); selector != NULL;
         selector = xmlNextElementSibling(selector))
        take_selector(request, selector);
}

static const struct header_rule header_rules[] = {
    {NS_WSA, "To", take_to},
    {NS_WSA, "ReplyTo", take_reply_to},
    {NS_WSA, "FaultTo", take_ignored},
    {NS_WSA, "Action", take_action},
    {NS_WSA, "MessageID", take_message_id},
    {NS_WSMAN, "ResourceURI", take_resource_uri},
    {NS_WSMAN, "MaxEnvelopeSize", take_envelope_size},
    {NS_WSMAN, "OperationTimeout", take_timeout},
    {NS_WSMAN, "SelectorSet", take_selectors},
    {NS_WSMAN, "OptionSet", take_options},
    {NS_WSMAN, "Locale", take_locale},
    {NS_WSMAN, "FragmentTransfer", take_fragment},
    {NS_WSMAN, "RequestEPR", take_ignored},
    {NS_WSMV, "DataLocale", take_locale},
    {NS_WSMV, "OperationID", take_operation_id},
    {NS_WSMV, "SequenceId", take_ignored},
    {NS_WSMV, "SessionId", take_ignored},
    {NS_WSMV, "ActivityId", take_ignored},
};

static void take_header(struct sim_request *request, struct headers *headers, xmlNode *node)
{
    bool must = is_true(attribute(request, node, NS_SOAP, "mustUnderstand"));
    for (size_t i = 0; i < sizeof(header_rules) / sizeof(header_rules[0]); i++) {
        if (is(node, header_rules[i].ns, header_rules[i].name)) {
            header_rules[i].take(request, headers, node, must);
            return;
        }
    }
    if (must && request->fault_code == 0) {
        refuse(request, 0x80338010);
        request->not_understood = keep(request, strdup((const char *)node->name));
        request->not_understood_ns =
            keep(request, strdup(node->ns == NULL ? "" : (const char *)node->ns->href));
    }
}

/* ---- the whole message ---- */

/* Takes one out of the selectors. */
static const char *selector_take(struct sim_request *request, const char *name)
{
    for (size_t i = 0; i < request->selector_count; i++) {
        if (strcasecmp(request->selectors[i].name, name) != 0)
            continue;
        const char *value = request->selectors[i].value;
        request->selector_count--;
        memmove(&request->selectors[i], &request->selectors[i + 1],
                (request->selector_count - i) * sizeof(request->selectors[0]));
        return value;
    }
    return NULL;
}

static void resource_split(struct sim_request *request, const char *uri)
{
    const char *selected = selector_take(request, "__cimnamespace");
    if (strcmp(uri, SIM_SCHEMA_URI) == 0) {
        request->form = SIM_FORM_SCHEMA;
        request->namespace_name = selected;
        request->class_name = selector_take(request, "ClassName");
        return;
    }
    if (strcmp(uri, SIM_DMTF_ALL) == 0) {
        request->form = SIM_FORM_DMTF;
        request->namespace_name = selected;
        request->class_name = "*";
        return;
    }
    if (strncasecmp(uri, SIM_DMTF_PREFIX, sizeof(SIM_DMTF_PREFIX) - 1) == 0) {
        request->form = SIM_FORM_DMTF;
        request->namespace_name = selected;
        request->class_name = uri + sizeof(SIM_DMTF_PREFIX) - 1;
        return;
    }
    const char *slash = strrchr(uri, '/');
    size_t prefix = sizeof(SIM_WMI_PREFIX) - 1;
    if (strncasecmp(uri, SIM_WMI_PREFIX, prefix) != 0 || slash <= uri + prefix) {
        refuse(request, 0x8033803B);
        return;
    }
    request->form = SIM_FORM_WMI;
    request->namespace_name = keep(request, strndup(uri + prefix, (size_t)(slash - uri) - prefix));
    request->class_name = slash + 1;
    if (selected != NULL) /* MS-WSMV 3.1.4.1.1: not with a WMI URI */
        refuse(request, 0x8033813B);
}

static int verb_find(const char *action, enum sim_verb *verb)
{
    static const char *const actions[] = {
        [SIM_VERB_GET] = ACTION_GET,
        [SIM_VERB_ENUMERATE] = NS_ENUM "/Enumerate",
        [SIM_VERB_PULL] = NS_ENUM "/Pull",
        [SIM_VERB_RELEASE] = NS_ENUM "/Release",
    };
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(action, actions[i]) == 0) {
            *verb = (enum sim_verb)i;
            return 0;
        }
    }
    return -1;
}

static void headers_judge(struct sim_request *request, const struct headers *headers)
{
    if (!headers->message_id)
        refuse(request, 0x8033800F); /* MS-WSMV 3.1.4.1.5 */
    if (!headers->to || !headers->reply_to || headers->action == NULL)
        refuse(request, 0x80338011);
    else if (verb_find(headers->action, &request->verb) != 0)
        refuse(request, 0x80338013);
    if (headers->resource_uri == NULL || *headers->resource_uri == '\0')
        refuse(request, 0x80338002);
    else
        resource_split(request, headers->resource_uri);
    if (request->fault_code == 0 && (request->class_name == NULL || *request->class_name == '\0'))
        refuse(request, 0x8033803B);
}

/* ---- the body of an enumeration's request ---- */

static void take_mode(struct sim_request *request, const char *mode)
{
    request->keys_only = mode != NULL && strcmp(mode, "EnumerateEPR") == 0;
    request->pairs = mode != NULL && strcmp(mode, "EnumerateObjectAndEPR") == 0;
    if (!request->keys_only && !request->pairs)
        refuse(request, 0x80338086);
}

static void take_count(struct sim_request *request, const char *value)
{
    char *end = NULL;
    request->max_elements = value == NULL ? 0 : strtoull(value, &end, 10);
    if (value == NULL || *end != '\0' || request->max_elements == 0)
        refuse(request, 0x80338041);
}

static void take_part(struct sim_request *request, xmlNode *node)
{
    if (is(node, NS_WSMAN, "OptimizeEnumeration"))
        request->optimize = true;
    else if (is(node, NS_WSMAN, "MaxElements") || is(node, NS_ENUM, "MaxElements"))
        take_count(request, text(request, node, true));
    else if (is(node, NS_WSMAN, "EnumerationMode"))
        take_mode(request, text(request, node, true));
    else if (is(node, NS_ENUM, "EnumerationContext"))
        request->context = text(request, node, true);
    else if (is(node, NS_WSMAN, "Filter") || is(node, NS_ENUM, "Filter")) {
        request->filter = text(request, node, true);
        request->dialect = attribute(request, node, NULL, "Dialect");
    }
}

/* A Get has an empty body; another request the element of its verb alone. */
static void body_read(struct sim_request *request, xmlNode *body)
{
    static const char *const names[] = {
        [SIM_VERB_ENUMERATE] = "Enumerate",
        [SIM_VERB_PULL] = "Pull",
        [SIM_VERB_RELEASE] = "Release",
    };
    xmlNode *element = xmlFirstElementChild(body);
    if (request->verb == SIM_VERB_GET) {
        if (element != NULL)
            refuse(request, 0x80338041);
        return;
    }
    if (element == NULL || !is(element, NS_ENUM, names[request->verb]) ||
        xmlNextElementSibling(element) != NULL) {
        refuse(request, 0x80338041);
        return;
    }
    for (xmlNode *node = xmlFirstElementChild(element); node != NULL;
         node = xmlNextElementSibling(node))
        take_part(request, node);
}

static void envelope_read(struct sim_request *request, xmlDoc *doc)
{
    xmlNode *envelope = xmlDocGetRootElement(doc);
    xmlNode *header = envelope != NULL && is(envelope, NS_SOAP, "Envelope")
                          ? child(envelope, NS_SOAP, "Header")
                          : NULL;
    xmlNode *body = header == NULL ? NULL : child(envelope, NS_SOAP, "Body");
    if (body == NULL) {
        refuse(request, 0x80338041);
        return;
    }
    struct headers headers = {0};
    for (xmlNode *node = xmlFirstElementChild(header); node != NULL;
         node = xmlNextElementSibling(node))
        take_header(request, &headers, node);
    headers_judge(request, &headers);
    body_read(request, body);
}

/* The charset parameter of a Content-Type, without quotes; "UTF-8" when there is none. */
static void charset_find(const char *content_type, char charset[16])
{
    const char *at = content_type == NULL ? NULL : strcasestr(content_type, "charset=");
    at = at == NULL ? "UTF-8" : at + strlen("charset=");
    if (*at == '"')
        at++;
    size_t size = strcspn(at, "\"; \t");
    if (size > 15)
        size = 15;
    memcpy(charset, at, size);
    charset[size] = '\0';
}

bool sim_request_type_known(const char *content_type)
{
    static const char type[] = "application/soap+xml";
    if (content_type == NULL || strncasecmp(content_type, type, sizeof(type) - 1) != 0 ||
        strchr("; \t", content_type[sizeof(type) - 1]) == NULL)
        return false;
    char charset[16];
    charset_find(content_type, charset);
    return strcasecmp(charset, "UTF-8") == 0 || strcasecmp(charset, "UTF-16") == 0;
}

static bool has_bom(const char *bytes, size_t size)
{
    return size >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0);
}

void sim_request_parse(const char *bytes, size_t size, const char *content_type,
                       struct sim_request *request)
{
    *request = (struct sim_request){
        .message_id = "", .max_envelope_bytes = LIMIT_BYTES, .timeout_ms = LONGEST_MS};
    char charset[16];
    charset_find(content_type, charset);
    request->utf16 = strcasecmp(charset, "UTF-16") == 0;
    const char *encoding = !request->utf16 ? "UTF-8" : has_bom(bytes, size) ? NULL : "UTF-16LE";
    xmlDoc *doc = xmlReadMemory(bytes, (int)size, NULL, encoding,
                                XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                    XML_PARSE_NOCDATA);
    if (doc == NULL || doc->intSubset != NULL)
        refuse(request, 0x80338041);
    else
        envelope_read(request, doc);
    xmlFreeDoc(doc);
    if (request->string_count == SIM_STRINGS_MAX)
        refuse(request, 0x80338041);
}

void sim_request_free(struct sim_request *request)
{
    for (size_t i = 0; i < request->string_count; i++)
        free(request->strings[i]);
    *request = (struct sim_request){0};
}
