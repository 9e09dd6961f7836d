/* SPDX-License-Identifier: MIT */
/*
 * The envelope, written and read again by libxml2's tree, field by field. The input is a request, a
 * line each: a letter, its text (\n, \t, \r stand for themselves).
 *
 *   u URL    c class    n namespace    r resource URI    p prefix    l locale    d data locale
 *   f DMTF form    t timeout_ms    m max envelope    b bytes the buffer may hold    ! must
 * understand k, K a selector, K flagged as a key: type in hexadecimal, name=value; a reference's
 * value is an object path, nested as deep as there are '>' before it; type z: a null o, O an
 * option, O with MustComply: type, name=value; a capital type is an array of two
 */
#include <ctype.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "cim/builder.h"
#include "cim/objectpath.h"
#include "cim/value.h"
#include "fuzz.h"
#include "wsman/get.h"

#define SOAP        "http://www.w3.org/2003/05/soap-envelope"
#define ADDRESSING  "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define WSMAN       "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define MICROSOFT   "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
#define WMI         "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
#define DMTF        "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
#define FIRST_ID    "11111111-2222-4333-8444-555555555555"
#define SECOND_ID   "AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE"
#define MAX_NESTING 8
#define TEXT_BYTES  4096

struct request {
    struct wsman_get get;
    const char *class_name;
    MI_Instance *key;
    struct wsman_option options[WSMAN_ENVELOPE_MAX_OPTIONS + 4];
    MI_Value values[WSMAN_ENVELOPE_MAX_OPTIONS + 4];
    MI_Value items[WSMAN_ENVELOPE_MAX_OPTIONS + 4][2];
    char *arrays[WSMAN_ENVELOPE_MAX_OPTIONS + 4];
    size_t max_bytes;
};

/* ---- The request ---- */

static void unescape(char *text)
{
    static const char from[] = "ntr", to[] = "\n\t\r";
    char *out = text;
    for (; *text != '\0'; text++) {
        const char *found = text[0] == '\\' && text[1] != '\0' ? strchr(from, text[1]) : NULL;
        *out++ = found != NULL ? to[found - from] : *text;
        text += found != NULL;
    }
    *out = '\0';
}

static MI_Type type_of(char digit)
{
    const char *hex = "0123456789abcdef";
    const char *found = digit != '\0' ? strchr(hex, tolower((unsigned char)digit)) : NULL;
    return found != NULL ? (MI_Type)(found - hex) : MI_STRING;
}

/* References in references, the innermost an object path. NULL: no such path. */
static MI_Instance *make_reference(MI_Instance *holder, const char *text)
{
    MI_Instance *parsed = NULL, *inside;
    MI_Value value;
    if (text[0] == '>') {
        inside = cim_instance_new_inside(holder, "Outer", 5);
        require(inside != NULL);
        value.reference = make_reference(holder, text + 1);
        if (value.reference == NULL)
            return NULL;
        struct cim_element element = {
            .name = "R", .name_bytes = 1, .type = MI_REFERENCE, .value = &value};
        require(cim_builder_add(inside, &element, NULL) == 0);
        return inside;
    }
    if (cim_objectpath_parse(text, &parsed, NULL) != 0)
        return NULL;
    value.reference = parsed;
    MI_Instance *copy = cim_instance_new_inside(holder, "X", 1);
    require(copy != NULL);
    if (MI_Instance_AddElement(copy, "R", &value, MI_REFERENCE, 0) == MI_RESULT_OK) {
        MI_Instance_GetElementAt(copy, 0, NULL, &value, NULL, NULL);
        copy = value.reference;
    }
    MI_Instance_Delete(parsed);
    return copy;
}

static void add_selector(struct request *request, const char *text, MI_Uint32 flags)
{
    char *equals = strchr(text, '=');
    struct cim_element element = {.name = text + 1, .type = type_of(text[0]), .flags = flags};
    MI_Value value;
    if (text[0] == '\0' || equals == NULL)
        return;
    element.name_bytes = (size_t)(equals - element.name);
    element.text = equals + 1;
    element.text_bytes = strlen(equals + 1);
    element.value = &value;
    if (text[0] == 'z')
        element.flags |= MI_FLAG_NULL;
    else if (element.type == MI_REFERENCE || element.type == MI_INSTANCE)
        value.reference = make_reference(request->key, element.text);
    else if (element.type != MI_STRING &&
             cim_value_parse(element.type, element.text, element.text_bytes, &value, NULL) != 0)
        return;
    if ((element.type == MI_REFERENCE || element.type == MI_INSTANCE) && value.reference == NULL)
        return;
    cim_builder_add(request->key, &element, NULL); /* an odd name or type is left out */
}

static void add_option(struct request *request, char *text, bool must_comply)
{
    size_t i = request->get.request.option_count;
    char *equals = strchr(text, '=');
    if (text[0] == '\0' || equals == NULL || i == WSMAN_ENVELOPE_MAX_OPTIONS + 4)
        return;
    MI_Type type = type_of(text[0]);
    MI_Value *value = &request->values[i];
    *equals = '\0';
    if (type == MI_STRING)
        value->string = equals + 1;
    else if (type > MI_STRING ||
             cim_value_parse(type, equals + 1, strlen(equals + 1), value, NULL) != 0)
        memset(value, 0, sizeof *value);
    if (isupper((unsigned char)text[0])) {
        size_t bytes = cim_value_item_bytes(type);
        request->arrays[i] = malloc(2 * bytes);
        require(request->arrays[i] != NULL);
        memcpy(request->arrays[i], value, bytes);
        memcpy(request->arrays[i] + bytes, value, bytes);
        value->array = (MI_Array){request->arrays[i], 2};
        type |= MI_ARRAY;
    }
    request->options[i] = (struct wsman_option){text + 1, type, value, must_comply};
    request->get.request.option_count++;
}

static void take_line(struct request *request, char *line)
{
    char *text = line + 1;
    switch (line[0]) {
    case 'u':
        request->get.request.to_url = text;
        break;
    case 'n':
        request->get.resource.namespace_name = text;
        break;
    case 'r':
        request->get.resource.uri = text;
        break;
    case 'p':
        request->get.resource.prefix = text;
        break;
    case 'l':
        request->get.request.locale = text;
        break;
    case 'd':
        request->get.request.data_locale = text;
        break;
    case 'f':
        request->get.resource.form = WSMAN_URI_DMTF;
        break;
    case 't':
        request->get.request.operation_timeout_ms = (uint32_t)strtoul(text, NULL, 10);
        break;
    case 'm':
        request->get.request.max_envelope_bytes = (uint32_t)strtoul(text, NULL, 10);
        break;
    case 'b':
        request->max_bytes = strtoul(text, NULL, 10) % 65536;
        break;
    case '!':
        request->get.request.options_must_understand = true;
        break;
    case 'k':
    case 'K':
        add_selector(request, text, line[0] == 'K' ? MI_FLAG_KEY : 0);
        break;
    case 'o':
    case 'O':
        add_option(request, text, line[0] == 'O');
        break;
    }
}

/* The class's line, wherever it stands: the instance is made of it. */
static const char *find_class(char *const *lines, size_t count)
{
    const char *name = "Win32_X";
    for (size_t i = 0; i < count; i++)
        if (lines[i][0] == 'c' && lines[i][1] != '\0' &&
            strlen(lines[i] + 1) <= CIM_INSTANCE_MAX_NAME)
            name = lines[i] + 1;
    return name;
}

static void make_request(struct request *request, char *text)
{
    char *lines[400];
    size_t count = 0;
    for (char *line; count < 400 && (line = strsep(&text, "\n")) != NULL; count++) {
        unescape(line);
        lines[count] = line;
    }
    request->class_name = find_class(lines, count);
    request->key = cim_instance_new(request->class_name, strlen(request->class_name));
    require(request->key != NULL);
    request->max_bytes = 262144;
    request->get.request.to_url = "http://h/wsman";
    request->get.request.message_id = FIRST_ID;
    request->get.request.options = request->options;
    for (size_t i = 0; i < count; i++)
        take_line(request, lines[i]);
    request->get.key = request->key;
}

static void free_request(struct request *request)
{
    for (size_t i = 0; i < request->get.request.option_count; i++)
        free(request->arrays[i]);
    MI_Instance_Delete(request->key);
}

/* ---- What must be refused ---- */

static bool is_one_of(const char *text, const char *others)
{
    for (; *text != '\0'; text++)
        if (!isalnum((unsigned char)*text) && strchr(others, *text) == NULL)
            return false;
    return true;
}

static bool is_class(const char *name)
{
    return name[0] != '\0' && !isdigit((unsigned char)name[0]) && strlen(name) <= 1024 &&
           is_one_of(name, "_");
}

static bool is_namespace(const char *name)
{
    char copy[1025];
    char *rest = copy, *segment;
    if (strlen(name) > 1024)
        return false;
    strcpy(copy, name);
    while ((segment = strsep(&rest, "/\\")) != NULL)
        if (segment[strspn(segment, ".")] == '\0' || !is_one_of(segment, "_-."))
            return false;
    return true;
}

static bool is_uri(const char *text)
{
    return text[0] != '\0' && strlen(text) <= 4096 && is_one_of(text, "-._~:/?#[]@!$&'()*+,;=%");
}

static bool are_selectors_good(const struct request *request, const MI_Instance *key,
                               unsigned nesting);

static bool is_reference_good(const struct request *request, const MI_Instance *reference,
                              unsigned nesting)
{
    const char *class_name, *namespace_name = NULL;
    MI_Instance_GetClassName(reference, &class_name);
    MI_Instance_GetNameSpace(reference, &namespace_name);
    return nesting < MAX_NESTING && is_class(class_name) &&
           (namespace_name == NULL || is_namespace(namespace_name)) &&
           are_selectors_good(request, reference, nesting + 1);
}

static bool are_selectors_good(const struct request *request, const MI_Instance *key,
                               unsigned nesting)
{
    MI_Uint32 count;
    MI_Instance_GetElementCount(key, &count);
    for (MI_Uint32 i = 0; i < count; i++) {
        const char *name;
        MI_Value value;
        MI_Type type;
        MI_Uint32 flags;
        MI_Instance_GetElementAt(key, i, &name, &value, &type, &flags);
        if (cim_instance_has_keys(key) && !(flags & MI_FLAG_KEY))
            continue;
        if ((flags & MI_FLAG_NULL) || (type & MI_ARRAY) || type == MI_INSTANCE ||
            !fuzz_is_xml_text(name) || (type == MI_STRING && !fuzz_is_xml_text(value.string)) ||
            (type == MI_REFERENCE && !is_reference_good(request, value.reference, nesting)))
            return false;
    }
    return true;
}

static bool are_options_good(const struct wsman_get *get)
{
    for (size_t i = 0; i < get->request.option_count; i++) {
        MI_Type type = get->request.options[i].type;
        const MI_Value *value = get->request.options[i].value;
        if ((type & ~MI_ARRAY) > MI_STRING || !fuzz_is_xml_text(get->request.options[i].name) ||
            (type == MI_STRING && !fuzz_is_xml_text(value->string)) ||
            (type == MI_STRINGA && !fuzz_is_xml_text(value->stringa.data[0])))
            return false;
    }
    return get->request.option_count <= WSMAN_ENVELOPE_MAX_OPTIONS;
}

static bool is_good(const struct request *request)
{
    const struct wsman_get *get = &request->get;
    if (!fuzz_is_xml_text(get->request.to_url) ||
        (get->request.locale != NULL && !fuzz_is_xml_text(get->request.locale)) ||
        (get->request.data_locale != NULL && !fuzz_is_xml_text(get->request.data_locale)) ||
        (get->resource.namespace_name != NULL && !is_namespace(get->resource.namespace_name)))
        return false;
    if (get->resource.uri != NULL && !is_uri(get->resource.uri))
        return false;
    if (get->resource.uri == NULL &&
        (!is_class(request->class_name) ||
         (get->resource.prefix != NULL && !is_uri(get->resource.prefix))))
        return false;
    return are_selectors_good(request, request->key, 0) && are_options_good(get);
}

/* ---- What was written ---- */

static bool is_element(const xmlNode *node, const char *uri, const char *name)
{
    return node != NULL && node->type == XML_ELEMENT_NODE && node->ns != NULL &&
           strcmp((const char *)node->ns->href, uri) == 0 &&
           strcmp((const char *)node->name, name) == 0;
}

/* The text of an element that has no children; *next becomes its sibling. */
static void check_text(const xmlNode **next, const char *uri, const char *name, const char *text)
{
    require(is_element(*next, uri, name));
    xmlChar *content = xmlNodeGetContent(*next);
    require(content != NULL && strcmp((const char *)content, text) == 0);
    for (const xmlNode *child = (*next)->children; child != NULL; child = child->next)
        require(child->type != XML_ELEMENT_NODE);
    xmlFree(content);
    *next = (*next)->next;
}

/* text NULL: there must be none. */
static void check_attribute(const xmlNode *node, const char *uri, const char *name,
                            const char *text)
{
    xmlChar *value =
        uri != NULL ? xmlGetNsProp((xmlNode *)node, (const xmlChar *)name, (const xmlChar *)uri)
                    : xmlGetNoNsProp((xmlNode *)node, (const xmlChar *)name);
    require((value == NULL) == (text == NULL));
    require(value == NULL || strcmp((const char *)value, text) == 0);
    xmlFree(value);
}

static void slashes(char *out, size_t size, const char *namespace_name)
{
    snprintf(out, size, "%s", namespace_name);
    for (; *out != '\0'; out++)
        if (*out == '\\')
            *out = '/';
}

/* The URI that these make, and whether the namespace is in it. */
static bool make_uri(char *uri, size_t size, const struct wsman_get *get, const char *class_name,
                     const char *namespace_name)
{
    char space[1025] = "";
    const char *prefix = get->resource.prefix;
    if (namespace_name != NULL)
        slashes(space, sizeof space, namespace_name);
    if (get->resource.uri != NULL)
        snprintf(uri, size, "%s", get->resource.uri);
    else if (prefix != NULL)
        snprintf(uri, size, "%s%s%s", prefix, prefix[strlen(prefix) - 1] == '/' ? "" : "/",
                 class_name);
    else if (get->resource.form == WSMAN_URI_DMTF || namespace_name == NULL)
        snprintf(uri, size, DMTF "%s", class_name);
    else
        snprintf(uri, size, WMI "%s/%s", space, class_name);
    return strncmp(uri, WMI, sizeof WMI - 1) == 0 && uri[sizeof WMI - 1] != '\0';
}

static void check_selectors(const xmlNode **next, const struct request *request,
                            const MI_Instance *key, const char *namespace_selector);

static void check_reference(const xmlNode *node, const struct request *request,
                            const MI_Instance *reference)
{
    char uri[2 * TEXT_BYTES];
    const char *class_name, *namespace_name = NULL;
    struct wsman_get form = {.resource.form = request->get.resource.form};
    MI_Instance_GetClassName(reference, &class_name);
    MI_Instance_GetNameSpace(reference, &namespace_name);
    if (namespace_name == NULL)
        namespace_name = request->get.resource.namespace_name;
    bool in_uri = make_uri(uri, sizeof uri, &form, class_name, namespace_name);
    require(is_element(node, ADDRESSING, "EndpointReference") && node->next == NULL);
    node = node->children;
    check_text(&node, ADDRESSING, "Address",
               "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous");
    require(is_element(node, ADDRESSING, "ReferenceParameters") && node->next == NULL);
    node = node->children;
    check_text(&node, WSMAN, "ResourceURI", uri);
    check_selectors(&node, request, reference, in_uri ? NULL : namespace_name);
    require(node == NULL);
}

static void check_selector(const xmlNode **next, const struct request *request, const char *name,
                           MI_Type type, const MI_Value *value)
{
    check_attribute(*next, NULL, "Name", name);
    if (type == MI_REFERENCE) {
        require(is_element(*next, WSMAN, "Selector"));
        check_reference((*next)->children, request, value->reference);
        *next = (*next)->next;
        return;
    }
    struct buf text;
    buf_init(&text, 65536);
    cim_value_print(&text, type, value);
    check_text(next, WSMAN, "Selector", buf_text(&text));
    buf_free(&text);
}

static void check_selectors(const xmlNode **next, const struct request *request,
                            const MI_Instance *key, const char *namespace_selector)
{
    const xmlNode *set = is_element(*next, WSMAN, "SelectorSet") ? *next : NULL;
    const xmlNode *selector = set != NULL ? set->children : NULL;
    MI_Uint32 count;
    require(set == NULL || selector != NULL);
    if (namespace_selector != NULL) {
        char space[1025];
        slashes(space, sizeof space, namespace_selector);
        require(selector != NULL);
        check_attribute(selector, NULL, "Name", "__cimnamespace");
        check_text(&selector, WSMAN, "Selector", space);
    }
    MI_Instance_GetElementCount(key, &count);
    for (MI_Uint32 i = 0; i < count; i++) {
        const char *name;
        MI_Value value;
        MI_Type type;
        MI_Uint32 flags;
        MI_Instance_GetElementAt(key, i, &name, &value, &type, &flags);
        if (cim_instance_has_keys(key) && !(flags & MI_FLAG_KEY))
            continue;
        require(selector != NULL);
        check_selector(&selector, request, name, type, &value);
    }
    require(selector == NULL);
    if (set != NULL)
        *next = set->next;
}

static void check_options(const xmlNode **next, const struct wsman_get *get)
{
    if (get->request.option_count == 0)
        return;
    require(is_element(*next, WSMAN, "OptionSet"));
    check_attribute(*next, SOAP, "mustUnderstand",
                    get->request.options_must_understand ? "true" : NULL);
    const xmlNode *option = (*next)->children;
    for (size_t i = 0; i < get->request.option_count; i++) {
        const struct wsman_option *from = &get->request.options[i];
        for (MI_Uint32 j = 0; j < cim_value_count(from->type, from->value); j++) {
            MI_Value item;
            struct buf text;
            buf_init(&text, 65536);
            cim_value_item(from->type, from->value, j, &item);
            cim_value_print(&text, from->type & ~MI_ARRAY, &item);
            require(option != NULL);
            check_attribute(option, NULL, "Name", from->name);
            check_attribute(option, NULL, "MustComply", from->must_comply ? "true" : NULL);
            check_text(&option, WSMAN, "Option", buf_text(&text));
            buf_free(&text);
        }
    }
    require(option == NULL);
    *next = (*next)->next;
}

static void check_locale(const xmlNode **next, const char *uri, const char *name,
                         const char *locale)
{
    if (locale == NULL)
        return;
    require(is_element(*next, uri, name) && (*next)->children == NULL);
    check_attribute(*next, "http://www.w3.org/XML/1998/namespace", "lang", locale);
    check_attribute(*next, SOAP, "mustUnderstand", "false");
    *next = (*next)->next;
}

static void check_limits(const xmlNode **next, const struct wsman_get *get)
{
    char number[32];
    uint32_t max = get->request.max_envelope_bytes == 0 ? 512000 : get->request.max_envelope_bytes;
    snprintf(number, sizeof number, "%u", max < 8192 ? 8192 : max);
    check_text(next, WSMAN, "MaxEnvelopeSize", number);
    check_text(next, ADDRESSING, "MessageID", "uuid:" SECOND_ID);
}

static void check_timeout(const xmlNode **next, const struct wsman_get *get)
{
    char text[32];
    uint32_t ms = get->request.operation_timeout_ms;
    snprintf(text, sizeof text, "PT%u.%03uS", ms / 1000, ms % 1000);
    if (ms != 0)
        check_text(next, WSMAN, "OperationTimeout", text);
}

static void check_header(const xmlNode *next, const struct request *request)
{
    const struct wsman_get *get = &request->get;
    char uri[2 * TEXT_BYTES];
    bool in_uri = make_uri(uri, sizeof uri, get, request->class_name, get->resource.namespace_name);
    check_text(&next, ADDRESSING, "To", get->request.to_url);
    check_text(&next, WSMAN, "ResourceURI", uri);
    require(is_element(next, ADDRESSING, "ReplyTo"));
    next = next->next;
    check_text(&next, ADDRESSING, "Action", "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get");
    check_limits(&next, get);
    check_locale(&next, WSMAN, "Locale", get->request.locale);
    check_locale(&next, MICROSOFT, "DataLocale", get->request.data_locale);
    check_selectors(&next, request, request->key, in_uri ? NULL : get->resource.namespace_name);
    check_options(&next, get);
    check_timeout(&next, get);
    require(next == NULL);
}

static void check_envelope(const char *bytes, size_t count, const struct request *request)
{
    xmlDoc *document = xmlReadMemory(bytes, (int)count, "request", NULL, XML_PARSE_NONET);
    require(document != NULL);
    const xmlNode *root = xmlDocGetRootElement(document);
    require(is_element(root, SOAP, "Envelope") && is_element(root->children, SOAP, "Header"));
    const xmlNode *body = root->children->next;
    require(is_element(body, SOAP, "Body") && body->children == NULL && body->next == NULL);
    check_header(root->children->children, request);
    xmlFreeDoc(document);
}

/* ---- Both ---- */

static void write_and_read(const struct request *request)
{
    static const char before[] = "what was there";
    const size_t start = sizeof before - 1;
    struct buf out;
    struct err err = ERR_INIT;
    size_t offset = 0;
    buf_init(&out, start + request->max_bytes);
    buf_add_text(&out, before);
    int result = wsman_get_write(&out, &request->get, &offset, &err);
    require(memcmp(out.data, before, start) == 0);
    if (result != 0) {
        require(out.size_bytes == start && out.data[start] == '\0' && offset == 0);
        require(!is_good(request) || err.kind == ERR_LIMIT);
        fuzz_require_failure(&err);
    } else {
        require(is_good(request) && strlen(out.data) == out.size_bytes);
        require(memcmp(out.data + offset, FIRST_ID, WSMAN_UUID_CHARS) == 0);
        wsman_envelope_replace_message_id(&out, offset, SECOND_ID);
        check_envelope(out.data + start, out.size_bytes - start, request);
    }
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct request request = {.max_bytes = 0};
    char *text = calloc(1, count + 1);
    require(text != NULL);
    if (count > 0 && count < TEXT_BYTES) {
        memcpy(text, bytes, count);
        make_request(&request, text);
        write_and_read(&request);
        free_request(&request);
    }
    free(text);
    return 0;
}
