/* SPDX-License-Identifier: MIT */
#include "cli/place.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

static char *take_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK)
        return NULL;
    char *copy = strdup(text);
    curl_free(text);
    return copy;
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

static void fill(CURLU *url, struct cli_place *place)
{
    char *scheme = take_part(url, CURLUPART_SCHEME);
    char *port = take_part(url, CURLUPART_PORT);
    place->host = take_part(url, CURLUPART_HOST);
    place->path = take_part(url, CURLUPART_PATH);
    place->http = scheme != NULL && strcmp(scheme, "http") == 0;
    place->port = port != NULL ? (unsigned)strtoul(port, NULL, 10) : 0;
    size_t count = place->host != NULL ? strlen(place->host) : 0;
    if (count > 2 && place->host[0] == '[') { /* an IPv6 literal; MI wants it bare */
        memmove(place->host, place->host + 1, count - 2);
        place->host[count - 2] = '\0';
    }
    free(scheme);
    free(port);
}

void cli_place_free(struct cli_place *place)
{
    free(place->host);
    free(place->path);
}

int cli_place_read(const char *text, struct cli_place *place, struct err *err)
{
    int result = 0;
    CURLU *url = curl_url();
    if (url == NULL)
        return err_memory(err);
    if (strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0)
        result = err_set(err, ERR_CONFIG, "the URL begins with http:// or https://");
    else if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK)
        result = err_set(err, ERR_CONFIG, "this is no URL");
    else if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
        result = err_set(err, ERR_CONFIG,
                         "no user or password in the URL: anybody could read it; use -u and -P");
    else if (has_part(url, CURLUPART_QUERY) || has_part(url, CURLUPART_FRAGMENT))
        result = err_set(err, ERR_CONFIG, "the URL has no '?' and no '#'");
    else
        fill(url, place);
    if (result == 0 && place->host == NULL)
        result = err_set(err, ERR_CONFIG, "the URL names no host");
    curl_url_cleanup(url);
    return result;
}
