/* SPDX-License-Identifier: MIT */
#include "sim/client.h"

#include <inttypes.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sim_client_open(struct sim_client *client, unsigned port)
{
    *client = (struct sim_client){.curl = curl_easy_init(), .port = port};
    return client->curl == NULL ? -1 : 0;
}

void sim_client_close(struct sim_client *client)
{
    curl_easy_cleanup(client->curl);
}

/* A header element, or nothing when the value is "". */
static void header_print(FILE *out, const char *format, const char *value, const char *otherwise)
{
    if (value == NULL)
        value = otherwise;
    if (*value == '\0')
        return;
    const char *at = strchr(format, '|');
    fprintf(out, "%.*s%s%s", (int)(at - format), format, value, at + 1);
}

static void escaped_print(FILE *out, const char *text)
{
    xmlChar *escaped = xmlEncodeSpecialChars(NULL, (const xmlChar *)text);
    fprintf(out, "%s", (const char *)escaped);
    xmlFree(escaped);
}

static void selectors_print(FILE *out, const struct sim_get *get)
{
    if (get->selectors != NULL)
        fprintf(out, "<w:SelectorSet>%s</w:SelectorSet>", get->selectors);
    if (get->selectors != NULL || get->key == NULL)
        return;
    fprintf(out, "<w:SelectorSet><w:Selector Name=\"%s\">", get->key);
    escaped_print(out, get->value);
    fprintf(out, "</w:Selector></w:SelectorSet>");
}

char *sim_client_envelope(const struct sim_get *get)
{
    char *text = NULL;
    size_t size = 0;
    char uri[512];
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    snprintf(uri, sizeof(uri), "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/%s",
             get->class_name == NULL ? "" : get->class_name);
    fprintf(out, "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
                 "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
                 "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\" "
                 "xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd\"><s:Header>"
                 "<a:To>http://localhost/wsman</a:To>");
    header_print(out, "<w:ResourceURI s:mustUnderstand=\"true\">|</w:ResourceURI>", get->uri, uri);
    header_print(out, "<a:ReplyTo><a:Address s:mustUnderstand=\"true\">|</a:Address></a:ReplyTo>",
                 get->reply_to, "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous");
    header_print(out, "<a:Action s:mustUnderstand=\"true\">|</a:Action>", get->action,
                 "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get");
    header_print(out, "<w:MaxEnvelopeSize s:mustUnderstand=\"true\">|</w:MaxEnvelopeSize>",
                 get->envelope_size, "512000");
    header_print(out, "<a:MessageID>|</a:MessageID>", get->message_id,
                 "uuid:5BEBF248-219C-4771-963D-0833C321BB5E");
    header_print(out, "<w:OperationTimeout>|</w:OperationTimeout>", get->timeout, "PT60.000S");
    selectors_print(out, get);
    fprintf(out, "%s</s:Header><s:Body>%s</s:Body></s:Envelope>",
            get->headers == NULL ? "" : get->headers, get->body == NULL ? "" : get->body);
    fclose(out);
    return text;
}

static size_t take(char **text, size_t *size, const char *piece, size_t piece_size)
{
    char *grown = realloc(*text, *size + piece_size + 1);
    if (grown == NULL)
        return 0;
    memcpy(grown + *size, piece, piece_size);
    *text = grown;
    *size += piece_size;
    grown[*size] = '\0';
    return piece_size;
}

static size_t body_take(char *piece, size_t one, size_t size, void *cls)
{
    (void)one;
    struct sim_result *result = cls;
    return take(&result->body, &result->body_size, piece, size);
}

static size_t headers_take(char *piece, size_t one, size_t size, void *cls)
{
    (void)one;
    struct sim_result *result = cls;
    return take(&result->headers, &result->headers_size, piece, size);
}

static void request_prepare(struct sim_client *client, const char *path, struct sim_result *result)
{
    char url[512];
    *result = (struct sim_result){0};
    snprintf(url, sizeof(url), "%s://127.0.0.1:%u/%s", client->ca_file == NULL ? "http" : "https",
             client->port, path);
    curl_easy_reset(client->curl);
    curl_easy_setopt(client->curl, CURLOPT_URL, url);
    curl_easy_setopt(client->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, body_take);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, result);
    curl_easy_setopt(client->curl, CURLOPT_HEADERFUNCTION, headers_take);
    curl_easy_setopt(client->curl, CURLOPT_HEADERDATA, result);
    if (client->ca_file != NULL)
        curl_easy_setopt(client->curl, CURLOPT_CAINFO, client->ca_file);
}

int sim_client_prepare(struct sim_client *client, const char *host, const char *content_type,
                       const char *body, size_t body_size, struct sim_result *result)
{
    char type[128];
    char name[300];
    request_prepare(client, "wsman", result);
    snprintf(type, sizeof(type), "Content-Type: %s",
             content_type == NULL ? "application/soap+xml;charset=UTF-8" : content_type);
    snprintf(name, sizeof(name), "Host: %s", host);
    struct curl_slist *headers =
        curl_slist_append(curl_slist_append(curl_slist_append(NULL, type), name), "Expect:");
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(client->curl, CURLOPT_PRIVATE, headers); /* freed by sim_client_perform */
    curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body_size);
    if (client->user != NULL) {
        curl_easy_setopt(client->curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(client->curl, CURLOPT_USERNAME, client->user);
        curl_easy_setopt(client->curl, CURLOPT_PASSWORD, client->password);
    }
    return headers == NULL ? -1 : 0;
}

void sim_client_perform(struct sim_client *client, struct sim_result *result)
{
    struct curl_slist *headers = NULL;
    result->code = curl_easy_perform(client->curl);
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &result->status);
    curl_easy_getinfo(client->curl, CURLINFO_NUM_CONNECTS, &result->connects);
    curl_easy_getinfo(client->curl, CURLINFO_PRIVATE, &headers);
    curl_easy_setopt(client->curl, CURLOPT_PRIVATE, NULL);
    curl_slist_free_all(headers);
    if (result->body != NULL)
        result->doc = xmlReadMemory(result->body, (int)result->body_size, NULL, NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
}

void sim_client_get(struct sim_client *client, const char *host, const struct sim_get *get,
                    struct sim_result *result)
{
    char *text = sim_client_envelope(get);
    sim_client_prepare(client, host, NULL, text, strlen(text), result);
    sim_client_perform(client, result);
    free(text);
}

void sim_client_control(struct sim_client *client, bool post, const char *path,
                        struct sim_result *result)
{
    char whole[512];
    snprintf(whole, sizeof(whole), "_sim/%s", path);
    request_prepare(client, whole, result);
    if (post)
        curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, "");
    sim_client_perform(client, result);
}

long sim_client_mode(struct sim_client *client, const char *host, const char *mode)
{
    struct sim_result result;
    char path[400];
    snprintf(path, sizeof(path), "host/%s/mode?set=%s", host, mode);
    sim_client_control(client, true, path, &result);
    long status = result.status;
    sim_result_free(&result);
    return status;
}

uint64_t sim_client_stat(struct sim_client *client, const char *host, const char *name)
{
    struct sim_result result;
    char key[300];
    uint64_t number = UINT64_MAX;
    sim_client_control(client, false, "stats", &result);
    const char *at = result.body;
    if (at != NULL && host != NULL) {
        snprintf(key, sizeof(key), "\"%s\":{", host);
        at = strstr(at, key);
    }
    snprintf(key, sizeof(key), "\"%s\":", name);
    at = at == NULL ? NULL : strstr(at, key);
    if (at != NULL)
        number = strtoull(at + strlen(key), NULL, 10);
    sim_result_free(&result);
    return number;
}

static xmlNode *find(xmlNode *node, const char *name)
{
    for (; node != NULL; node = xmlNextElementSibling(node)) {
        if (strcmp((const char *)node->name, name) == 0)
            return node;
        xmlNode *below = find(xmlFirstElementChild(node), name);
        if (below != NULL)
            return below;
    }
    return NULL;
}

xmlNode *sim_result_find(const struct sim_result *result, const char *name)
{
    return result->doc == NULL ? NULL : find(xmlDocGetRootElement(result->doc), name);
}

xmlNode *sim_result_instance(const struct sim_result *result)
{
    xmlNode *body = sim_result_find(result, "Body");
    return body == NULL ? NULL : xmlFirstElementChild(body);
}

const char *sim_result_text(const struct sim_result *result, const char *property)
{
    static char text[4096];
    xmlNode *instance = sim_result_instance(result);
    xmlNode *node = instance == NULL ? NULL : xmlFirstElementChild(instance);
    while (node != NULL && strcmp((const char *)node->name, property) != 0)
        node = xmlNextElementSibling(node);
    if (node == NULL)
        return NULL;
    xmlChar *content = xmlNodeGetContent(node);
    snprintf(text, sizeof(text), "%s", (const char *)content);
    xmlFree(content);
    return text;
}

uint64_t sim_result_number(const struct sim_result *result, const char *property)
{
    const char *text = sim_result_text(result, property);
    char *end = NULL;
    uint64_t number = text == NULL ? 0 : strtoull(text, &end, 10);
    return text == NULL || end == text || *end != '\0' ? UINT64_MAX : number;
}

uint32_t sim_result_fault(const struct sim_result *result)
{
    xmlNode *innermost = NULL;
    for (xmlNode *fault = sim_result_find(result, "WSManFault"); fault != NULL;
         fault = find(xmlFirstElementChild(fault), "WSManFault"))
        innermost = fault;
    xmlNode *error = sim_result_find(result, "error_Code");
    xmlChar *text = innermost != NULL ? xmlGetNoNsProp(innermost, (const xmlChar *)"Code")
                    : error != NULL   ? xmlNodeGetContent(error)
                                      : NULL;
    uint32_t code = text == NULL ? 0 : (uint32_t)strtoul((const char *)text, NULL, 10);
    xmlFree(text);
    return code;
}

void sim_result_free(struct sim_result *result)
{
    xmlFreeDoc(result->doc);
    free(result->headers);
    free(result->body);
    *result = (struct sim_result){0};
}
