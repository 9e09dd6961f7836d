/* SPDX-License-Identifier: MIT */
#include "cli/request.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/complaint.h"
#include "cli/usage.h"

#define MAX_TIMEOUT_SECONDS 86400.0

static int read_seconds(const char *text, double *seconds)
{
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || errno != 0 || !isfinite(value) || value < 0.001 ||
        value > MAX_TIMEOUT_SECONDS)
        return cli_complaint_usage("-t wants seconds between 0.001 and 86400");
    *seconds = value;
    return 0;
}

/* The long options from OPTION_CACERT to the last of text_options hold a text each, those behind
 * them are set or not. */
enum {
    OPTION_CACERT = 256,
    OPTION_RESOURCE_URI,
    OPTION_KEYTAB,
    OPTION_CCACHE,
    OPTION_SPN,
    OPTION_REALM,
    OPTION_FALLBACK,
    OPTION_CERT,
    OPTION_KEY,
    OPTION_QUERY,
    OPTION_UNENCRYPTED,
    OPTION_ALL,
    OPTION_KEYS,
    OPTION_CLASS,
    OPTION_TYPED,
    OPTION_JSON,
    OPTION_HELP
};

static const size_t text_options[] = {
    offsetof(struct cli_request, ca_cert),  offsetof(struct cli_request, resource_uri),
    offsetof(struct cli_request, keytab),   offsetof(struct cli_request, ccache),
    offsetof(struct cli_request, spn),      offsetof(struct cli_request, realm),
    offsetof(struct cli_request, fallback), offsetof(struct cli_request, cert),
    offsetof(struct cli_request, key),      offsetof(struct cli_request, query),
};

static const size_t flag_options[] = {
    offsetof(struct cli_request, allow_unencrypted),
    offsetof(struct cli_request, all),
    offsetof(struct cli_request, keys),
    offsetof(struct cli_request, class),
    offsetof(struct cli_request, typed),
    offsetof(struct cli_request, json),
};

static int take_option(struct cli_request *request, int option)
{
    if (option >= OPTION_CACERT && option < OPTION_UNENCRYPTED) {
        *(const char **)((char *)request + text_options[option - OPTION_CACERT]) = optarg;
        return 0;
    }
    if (option >= OPTION_UNENCRYPTED && option < OPTION_HELP) {
        *(bool *)((char *)request + flag_options[option - OPTION_UNENCRYPTED]) = true;
        return 0;
    }
    switch (option) {
    case 'a':
        request->method = optarg;
        return 0;
    case 'u':
        request->user = optarg;
        return 0;
    case 'P':
        request->password_file = optarg;
        return 0;
    case 't':
        return read_seconds(optarg, &request->timeout_seconds);
    case 'n':
        request->namespace_name = optarg;
        return 0;
    case 'k':
        request->insecure = true;
        return 0;
    default:
        fputs("mi-get: --help tells the usage\n", stderr); /* getopt named the option */
        return EX_USAGE;
    }
}

static const struct cli_method methods[] = {
    {"negotiate", MI_AUTH_TYPE_NEGO_WITH_CREDS, MI_AUTH_TYPE_NEGO_NO_CREDS, true},
    {"kerberos", MI_AUTH_TYPE_KERBEROS, MI_AUTH_TYPE_KERBEROS, true},
    {"ntlm", MI_AUTH_TYPE_NTLM, NULL, false},
    {"basic", MI_AUTH_TYPE_BASIC, NULL, false},
    {"certificate", NULL, MI_AUTH_TYPE_CLIENT_CERTS, false},
    {"none", NULL, MI_AUTH_TYPE_NONE, false},
};

const struct cli_method *cli_request_method(const struct cli_request *request)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(methods[i].name, request->method) == 0)
            return &methods[i];
    return NULL;
}

static int check_files(const struct cli_request *request)
{
    const char *const files[] = {request->keytab, request->cert, request->key};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (files[i] == NULL || access(files[i], R_OK) == 0)
            continue;
        fprintf(stderr, "mi-get: %s: %s\n", files[i], strerror(errno));
        return EX_NOINPUT;
    }
    return 0;
}

static int check_method(const struct cli_request *request)
{
    const struct cli_method *method = cli_request_method(request);
    bool by_file = request->keytab != NULL || request->ccache != NULL;
    if (method == NULL)
        return cli_complaint_usage(
            "the methods are negotiate, kerberos, ntlm, basic, certificate, none");
    if (by_file && !method->kerberos)
        return cli_complaint_usage("--keytab and --ccache are for negotiate and kerberos");
    if ((request->password_file != NULL) + (request->keytab != NULL) + (request->ccache != NULL) >
        1)
        return cli_complaint_usage("only one of -P, --keytab and --ccache");
    if (request->user == NULL && (request->password_file != NULL || method->without_user == NULL))
        return cli_complaint_usage("a user is wanted (-u)");
    if (request->user != NULL && method->with_user == NULL)
        return cli_complaint_usage("-u has no meaning with this method");
    if (request->user != NULL && request->password_file == NULL && !by_file)
        return cli_complaint_usage("a password file is wanted (-P), or a keytab (--keytab)");
    if ((strcmp(method->name, "certificate") == 0) !=
        (request->cert != NULL && request->key != NULL))
        return cli_complaint_usage(
            "the method certificate goes with --cert and --key, and only it");
    return 0;
}

static int check_request(const struct cli_request *request)
{
    int status = check_method(request);
    if (status != 0)
        return status;
    if (strcmp(request->resource_uri, "wmi") != 0 && strcmp(request->resource_uri, "dmtf") != 0)
        return cli_complaint_usage("--resource-uri is wmi or dmtf");
    if (request->all + request->class + (request->query != NULL) > 1)
        return cli_complaint_usage("only one of --all, --class and --query");
    if (request->keys && !request->all)
        return cli_complaint_usage("--keys goes with --all");
    if (request->typed && request->class)
        return cli_complaint_usage("--typed is for instances; what --class prints are the types");
    if (request->fallback != NULL && strcmp(request->fallback, "ntlm") != 0)
        return cli_complaint_usage("--fallback is ntlm");
    return check_files(request);
}

int cli_request_read(int argc, char **argv, struct cli_request *request)
{
    static const struct option options[] = {
        {"insecure", no_argument, NULL, 'k'},
        {"cacert", required_argument, NULL, OPTION_CACERT},
        {"allow-unencrypted", no_argument, NULL, OPTION_UNENCRYPTED},
        {"resource-uri", required_argument, NULL, OPTION_RESOURCE_URI},
        {"keytab", required_argument, NULL, OPTION_KEYTAB},
        {"ccache", required_argument, NULL, OPTION_CCACHE},
        {"spn", required_argument, NULL, OPTION_SPN},
        {"realm", required_argument, NULL, OPTION_REALM},
        {"fallback", required_argument, NULL, OPTION_FALLBACK},
        {"cert", required_argument, NULL, OPTION_CERT},
        {"key", required_argument, NULL, OPTION_KEY},
        {"query", required_argument, NULL, OPTION_QUERY},
        {"all", no_argument, NULL, OPTION_ALL},
        {"keys", no_argument, NULL, OPTION_KEYS},
        {"class", no_argument, NULL, OPTION_CLASS},
        {"typed", no_argument, NULL, OPTION_TYPED},
        {"json", no_argument, NULL, OPTION_JSON},
        {"help", no_argument, NULL, OPTION_HELP},
        {NULL, 0, NULL, 0},
    };
    int option;
    *request = (struct cli_request){.resource_uri = "wmi"};
    while ((option = getopt_long(argc, argv, "+a:u:P:t:n:k", options, NULL)) != -1) {
        if (option == OPTION_HELP) {
            fputs(usage_text, stdout);
            return -1;
        }
        int status = take_option(request, option);
        if (status != 0)
            return status;
    }
    int wanted = request->query != NULL ? 1 : 2;
    if (argc - optind < wanted)
        return cli_complaint_usage(
            wanted == 1                      ? "a URL is wanted"
            : request->all || request->class ? "a URL and a CLASS are wanted"
                                             : "a URL and an OBJECT are wanted");
    request->url = argv[optind];
    request->object = wanted == 2 ? argv[optind + 1] : NULL;
    request->properties = argv + optind + wanted;
    request->property_count = (size_t)(argc - optind - wanted);
    if (request->method == NULL)
        request->method = "negotiate";
    return check_request(request);
}
