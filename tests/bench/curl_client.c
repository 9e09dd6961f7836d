/* SPDX-License-Identifier: MIT */
/*
 * The least that any client on libcurl does: the same POST each time, over one connection, with the
 * very body and header lines that our client sends (tests/bench/run records them); without a
 * parser, and with the cheapest one, a SAX2 push parse whose context is reused.
 */
#include "client.h"

#include <curl/curl.h>
#include <libxml/parser.h>
#include <stdbool.h>
#include <stdio.h>

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

static CURL *open_curl(const struct bench_task *task, struct sink *sink, struct curl_slist *headers)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/wsman", task->port);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_USERPWD, "monitor:secret");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, task->request);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)task->request_bytes);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, sink);
    return curl;
}

/* The simulated host sends the same instance each time: another length is another reply. */
static int fetch(CURL *curl, struct sink *sink, struct bench_task *task)
{
    long status = 0;
    sink->bytes = 0;
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    bool parsed = sink->parser == NULL || xmlParseChunk(sink->parser, NULL, 0, 1) == 0;
    if (task->fetched == 0)
        task->reply_bytes = sink->bytes;
    if (code == CURLE_OK && status == 200 && parsed && sink->bytes == task->reply_bytes) {
        bench_count(task);
        return 0;
    }
    fprintf(stderr, "%s, status %ld, %zu bytes%s\n", curl_easy_strerror(code), status, sink->bytes,
            parsed ? "" : ", not XML");
    return -1;
}

static int run(struct bench_task *task, bool with_parser)
{
    static xmlSAXHandler nothing = {.initialized = XML_SAX2_MAGIC};
    struct sink sink = {0};
    struct curl_slist *headers = NULL;
    int rc = 0;
    for (char *const *header = task->headers; *header != NULL; header++)
        headers = curl_slist_append(headers, *header);
    CURL *curl = open_curl(task, &sink, headers);
    if (with_parser)
        sink.parser = xmlCreatePushParserCtxt(&nothing, NULL, NULL, 0, NULL);
    while (rc == 0 && task->fetched < task->count)
        rc = fetch(curl, &sink, task);
    if (sink.parser != NULL)
        xmlFreeParserCtxt(sink.parser);
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    return rc;
}

int bench_curl(struct bench_task *task)
{
    return run(task, false);
}

int bench_sax(struct bench_task *task)
{
    return run(task, true);
}
