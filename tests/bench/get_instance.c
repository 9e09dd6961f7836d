/* SPDX-License-Identifier: MIT */
/*
 * One client for one measurement: fetches Win32_LogicalDisk.DeviceID="c:" COUNT times, one after
 * another, over one connection of a simulated host in another process.
 *
 *   get_instance curl|sax|mi PORT COUNT
 *
 * curl: libcurl, the same request bytes each time, the reply discarded; sax: the same and a SAX2
 * push parse without callbacks, its context reused; mi: our client, synchronous. tests/bench/run
 * takes the slope between two COUNTs, so that start and end do not count.
 */
#include <curl/curl.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mi/mi.h"

static const char request[] =
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
    "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
    "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\" "
    "xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd\"><s:Header>"
    "<a:To>http://127.0.0.1/wsman</a:To><w:ResourceURI s:mustUnderstand=\"true\">"
    "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_LogicalDisk</w:ResourceURI>"
    "<a:ReplyTo><a:Address s:mustUnderstand=\"true\">"
    "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>"
    "<a:Action s:mustUnderstand=\"true\">"
    "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action>"
    "<w:MaxEnvelopeSize s:mustUnderstand=\"true\">512000</w:MaxEnvelopeSize>"
    "<a:MessageID>uuid:5BEBF248-219C-4771-963D-0833C321BB5E</a:MessageID>"
    "<w:SelectorSet><w:Selector Name=\"DeviceID\">c:</w:Selector></w:SelectorSet>"
    "<w:OperationTimeout>PT54.000S</w:OperationTimeout></s:Header><s:Body></s:Body></s:Envelope>";

struct sink {
    xmlParserCtxtPtr parser; /* NULL: discard */
    size_t bytes;            /* of this reply so far */
};

static size_t take(char *bytes, size_t size, size_t count, void *context)
{
    struct sink *sink = context;
    size_t total = size * count;
    if (sink->parser != NULL && sink->bytes == 0) {
        xmlCtxtResetPush(sink->parser, bytes, 4, NULL, NULL);
        xmlParseChunk(sink->parser, bytes + 4, (int)total - 4, 0);
    } else if (sink->parser != NULL) {
        xmlParseChunk(sink->parser, bytes, (int)total, 0);
    }
    sink->bytes += total;
    return total;
}

static CURL *open_curl(const char *port, struct sink *sink, struct curl_slist *headers)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%s/wsman", port);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_USERPWD, "monitor:secret");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)sizeof request - 1);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, sink);
    return curl;
}

static int run_curl(const char *port, long count, int with_parser)
{
    static xmlSAXHandler nothing = {.initialized = XML_SAX2_MAGIC};
    struct sink sink = {0};
    int rc = 0;
    struct curl_slist *headers =
        curl_slist_append(NULL, "Content-Type: application/soap+xml;charset=UTF-8");
    CURL *curl = open_curl(port, &sink, headers);
    if (with_parser)
        sink.parser = xmlCreatePushParserCtxt(&nothing, NULL, NULL, 0, NULL);
    for (long i = 0; i < count && rc == 0; i++) {
        long status = 0;
        sink.bytes = 0;
        rc = curl_easy_perform(curl) != CURLE_OK;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        if (sink.parser != NULL && xmlParseChunk(sink.parser, NULL, 0, 1) != 0)
            rc = 1;
        if (status != 200)
            rc = 1;
    }
    if (sink.parser != NULL)
        xmlFreeParserCtxt(sink.parser);
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    return rc;
}

static int get(MI_Session *session, const MI_Instance *key)
{
    MI_Operation operation = MI_OPERATION_NULL;
    const MI_Instance *instance = NULL;
    const MI_Char *message = NULL;
    MI_Uint32 elements = 0;
    MI_Boolean more;
    MI_Result result;
    MI_Session_GetInstance(session, 0, NULL, "root/cimv2", key, NULL, &operation);
    MI_Operation_GetInstance(&operation, &instance, &more, &result, &message, NULL);
    if (instance != NULL)
        MI_Instance_GetElementCount(instance, &elements);
    if (elements != 39)
        fprintf(stderr, "%s\n", message != NULL ? message : "not the 39 properties");
    MI_Operation_Close(&operation);
    return elements == 39 ? 0 : 1;
}

static int run_mi(const char *port, long count)
{
    MI_Application application = MI_APPLICATION_NULL;
    MI_DestinationOptions options = MI_DESTINATIONOPTIONS_NULL;
    MI_Session session = MI_SESSION_NULL;
    MI_Instance *key = NULL;
    MI_UserCredentials user = {MI_AUTH_TYPE_BASIC, {{NULL, "monitor", "secret"}}};
    MI_Value value = {.string = (MI_Char *)"c:"};
    int rc = 0;
    MI_Application_Initialize(0, NULL, NULL, &application);
    MI_Application_NewDestinationOptions(&application, &options);
    MI_DestinationOptions_SetTransport(&options, MI_DESTINATIONOPTIONS_TRANSPORT_HTTP);
    MI_DestinationOptions_SetDestinationPort(&options, (MI_Uint32)strtoul(port, NULL, 10));
    MI_DestinationOptions_SetPacketPrivacy(&options, MI_FALSE);
    MI_DestinationOptions_AddDestinationCredentials(&options, &user);
    MI_Application_NewSession(&application, NULL, "127.0.0.1", &options, NULL, NULL, &session);
    MI_Application_NewInstance(&application, "Win32_LogicalDisk", NULL, &key);
    MI_Instance_AddElement(key, "DeviceID", &value, MI_STRING, MI_FLAG_KEY);
    for (long i = 0; i < count && rc == 0; i++)
        rc = get(&session, key);
    MI_Instance_Delete(key);
    MI_Session_Close(&session, NULL, NULL);
    MI_DestinationOptions_Delete(&options);
    MI_Application_Close(&application);
    return rc;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: get_instance curl|sax|mi PORT COUNT\n", stderr);
        return 64;
    }
    long count = strtol(argv[3], NULL, 10);
    if (strcmp(argv[1], "mi") == 0)
        return run_mi(argv[2], count);
    return run_curl(argv[2], count, strcmp(argv[1], "sax") == 0);
}
