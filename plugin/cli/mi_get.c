/* SPDX-License-Identifier: MIT */
/*
 * mi-get: fetches one CIM instance, or many, and prints their properties: the snmpget of this
 * project, written against mi.h like any other program.
 *
 * Exit status: 0, the MI_Result of a failure, 64 for wrong usage, 66 for a file that cannot be read
 * (sysexits.h's EX_USAGE and EX_NOINPUT).
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/secret.h"
#include "cim/datetime.h"
#include "cim/objectpath.h"
#include "cli/place.h"
#include "cli/print.h"
#include "cli/print_class.h"
#include "cli/usage.h"
#include "mi/mi.h"

#define OUTPUT_MAX_BYTES    (16 * 1024 * 1024)
#define DEFAULT_NAMESPACE   "root/cimv2"
#define MAX_TIMEOUT_SECONDS 86400.0

struct request {
    const char *method;
    const char *user;
    const char *password_file, *keytab, *ccache;
    const char *spn, *realm, *fallback, *cert, *key;
    double timeout_seconds; /* 0: MI's default */
    const char *namespace_name;
    const char *ca_cert;
    const char *resource_uri;
    bool insecure, allow_unencrypted, json, all, keys, class;
    const char *query;
    const char *url, *object; /* the object of --all and --class is a class; of --query
                                 there is none */
    char *const *properties;
    size_t property_count;
};

static int complain(int status, const char *sentence)
{
    fprintf(stderr, "mi-get: %s\n", sentence);
    return status;
}

static int complain_usage(const char *sentence)
{
    complain(EX_USAGE, sentence);
    fputs("mi-get: --help tells the usage\n", stderr);
    return EX_USAGE;
}

/* --- the command line --- */

static int read_seconds(const char *text, double *seconds)
{
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || errno != 0 || !isfinite(value) || value < 0.001 ||
        value > MAX_TIMEOUT_SECONDS)
        return complain_usage("-t wants seconds between 0.001 and 86400");
    *seconds = value;
    return 0;
}

/* The long options from OPTION_CACERT to the last of text_options hold a text each. */
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
    OPTION_JSON,
    OPTION_HELP
};

static const size_t text_options[] = {
    offsetof(struct request, ca_cert),  offsetof(struct request, resource_uri),
    offsetof(struct request, keytab),   offsetof(struct request, ccache),
    offsetof(struct request, spn),      offsetof(struct request, realm),
    offsetof(struct request, fallback), offsetof(struct request, cert),
    offsetof(struct request, key),      offsetof(struct request, query),
};

static int take_option(struct request *request, int option)
{
    if (option >= OPTION_CACERT && option < OPTION_UNENCRYPTED) {
        *(const char **)((char *)request + text_options[option - OPTION_CACERT]) = optarg;
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
    case OPTION_UNENCRYPTED:
        request->allow_unencrypted = true;
        return 0;
    case OPTION_JSON:
        request->json = true;
        return 0;
    case OPTION_ALL:
        request->all = true;
        return 0;
    case OPTION_KEYS:
        request->keys = true;
        return 0;
    case OPTION_CLASS:
        request->class = true;
        return 0;
    default:
        fputs("mi-get: --help tells the usage\n", stderr); /* getopt named the option */
        return EX_USAGE;
    }
}

/* The methods, their names in mi.h, and what they can be given. */
static const struct method {
    const char *name;
    const MI_Char *with_user, *without_user; /* NULL: that is not possible */
    bool kerberos;
} methods[] = {
    {"negotiate", MI_AUTH_TYPE_NEGO_WITH_CREDS, MI_AUTH_TYPE_NEGO_NO_CREDS, true},
    {"kerberos", MI_AUTH_TYPE_KERBEROS, MI_AUTH_TYPE_KERBEROS, true},
    {"ntlm", MI_AUTH_TYPE_NTLM, NULL, false},
    {"basic", MI_AUTH_TYPE_BASIC, NULL, false},
    {"certificate", NULL, MI_AUTH_TYPE_CLIENT_CERTS, false},
    {"none", NULL, MI_AUTH_TYPE_NONE, false},
};

static const struct method *find_method(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    return NULL;
}

static int check_files(const struct request *request)
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

static int check_method(const struct request *request)
{
    const struct method *method = find_method(request->method);
    bool by_file = request->keytab != NULL || request->ccache != NULL;
    if (method == NULL)
        return complain_usage(
            "the methods are negotiate, kerberos, ntlm, basic, certificate, none");
    if (by_file && !method->kerberos)
        return complain_usage("--keytab and --ccache are for negotiate and kerberos");
    if ((request->password_file != NULL) + (request->keytab != NULL) + (request->ccache != NULL) >
        1)
        return complain_usage("only one of -P, --keytab and --ccache");
    if (request->user == NULL && (request->password_file != NULL || method->without_user == NULL))
        return complain_usage("a user is wanted (-u)");
    if (request->user != NULL && method->with_user == NULL)
        return complain_usage("-u has no meaning with this method");
    if (request->user != NULL && request->password_file == NULL && !by_file)
        return complain_usage("a password file is wanted (-P), or a keytab (--keytab)");
    if ((strcmp(method->name, "certificate") == 0) !=
        (request->cert != NULL && request->key != NULL))
        return complain_usage("the method certificate goes with --cert and --key, and only it");
    return 0;
}

static int check_request(const struct request *request)
{
    int status = check_method(request);
    if (status != 0)
        return status;
    if (strcmp(request->resource_uri, "wmi") != 0 && strcmp(request->resource_uri, "dmtf") != 0)
        return complain_usage("--resource-uri is wmi or dmtf");
    if (request->all + request->class + (request->query != NULL) > 1)
        return complain_usage("only one of --all, --class and --query");
    if (request->keys && !request->all)
        return complain_usage("--keys goes with --all");
    if (request->fallback != NULL && strcmp(request->fallback, "ntlm") != 0)
        return complain_usage("--fallback is ntlm");
    return check_files(request);
}

/* 0, or an exit status; -1: help was asked for and given. */
static int read_command_line(int argc, char **argv, struct request *request)
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
        {"json", no_argument, NULL, OPTION_JSON},
        {"help", no_argument, NULL, OPTION_HELP},
        {NULL, 0, NULL, 0},
    };
    int option;
    *request = (struct request){.resource_uri = "wmi"};
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
        return complain_usage(wanted == 1                      ? "a URL is wanted"
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

static int read_url(const char *text, struct cli_place *place)
{
    struct err err = ERR_INIT;
    if (cli_place_read(text, place, &err) == 0)
        return 0;
    return err.kind == ERR_CONFIG ? complain_usage(err.text) : complain(MI_RESULT_FAILED, err.text);
}

/* --- the operation --- */

static int complain_details(MI_Result result, MI_Instance *details, const char *otherwise)
{
    MI_Value value;
    const char *sentence = otherwise;
    if (details != NULL &&
        MI_Instance_GetElement(details, "Message", &value, NULL, NULL, NULL) == MI_RESULT_OK)
        sentence = value.string;
    complain((int)result, sentence);
    if (details != NULL)
        MI_Instance_Delete(details);
    return (int)result;
}

/* The options that credentials need before they are added. */
static MI_Result set_identity(const struct request *request, MI_DestinationOptions *options)
{
    const struct {
        const MI_Char *option;
        const char *value;
    } texts[] = {
        {COLLECTDMI_DESTINATIONOPTIONS_KEYTAB, request->keytab},
        {COLLECTDMI_DESTINATIONOPTIONS_CREDENTIAL_CACHE, request->ccache},
        {COLLECTDMI_DESTINATIONOPTIONS_CERT_FILE, request->cert},
        {COLLECTDMI_DESTINATIONOPTIONS_KEY_FILE, request->key},
        {COLLECTDMI_DESTINATIONOPTIONS_SPN, request->spn},
        {COLLECTDMI_DESTINATIONOPTIONS_REALM, request->realm},
        {COLLECTDMI_DESTINATIONOPTIONS_FALLBACK, request->fallback},
    };
    MI_Result result = MI_RESULT_OK;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && result == MI_RESULT_OK; i++)
        if (texts[i].value != NULL)
            result = MI_DestinationOptions_SetString(options, texts[i].option, texts[i].value);
    return result;
}

static int add_credentials(const struct request *request, MI_DestinationOptions *options)
{
    const struct method *method = find_method(request->method);
    struct secret *password = NULL;
    struct err err = ERR_INIT;
    if (request->password_file != NULL) {
        password = secret_read_file(request->password_file, NULL, &err);
        if (password == NULL)
            return complain(EX_NOINPUT, err.text);
    }
    bool with_user = request->user != NULL || request->keytab != NULL || request->ccache != NULL;
    MI_UserCredentials credentials = {.authenticationType =
                                          with_user ? method->with_user : method->without_user};
    credentials.credentials.usernamePassword.username = request->user;
    if (password != NULL)
        credentials.credentials.usernamePassword.password = secret_text(password);
    MI_Result result = set_identity(request, options);
    if (result == MI_RESULT_OK)
        result = MI_DestinationOptions_AddDestinationCredentials(options, &credentials);
    secret_free(password);
    if (result != MI_RESULT_OK)
        return complain((int)result, "these credentials cannot be used");
    return 0;
}

static int set_destination(const struct request *request, const struct cli_place *place,
                           MI_DestinationOptions *options)
{
    MI_Result result = MI_RESULT_OK;
    if (place->http)
        result = MI_DestinationOptions_SetTransport(options, MI_DESTINATIONOPTIONS_TRANSPORT_HTTP);
    if (result == MI_RESULT_OK && place->port != 0)
        result = MI_DestinationOptions_SetDestinationPort(options, place->port);
    if (result == MI_RESULT_OK && place->path != NULL && strcmp(place->path, "/") != 0)
        result = MI_DestinationOptions_SetHttpUrlPrefix(options, place->path);
    if (result == MI_RESULT_OK && request->allow_unencrypted)
        result = MI_DestinationOptions_SetPacketPrivacy(options, MI_FALSE);
    if (result == MI_RESULT_OK && request->insecure) {
        MI_DestinationOptions_SetCertCACheck(options, MI_FALSE);
        MI_DestinationOptions_SetCertCNCheck(options, MI_FALSE);
    }
    if (result == MI_RESULT_OK && request->ca_cert != NULL)
        result = MI_DestinationOptions_SetString(options, COLLECTDMI_DESTINATIONOPTIONS_CA_FILE,
                                                 request->ca_cert);
    if (result == MI_RESULT_OK && request->timeout_seconds > 0) {
        MI_Interval timeout;
        cim_datetime_interval_from_ms((uint64_t)(request->timeout_seconds * 1000 + 0.5), &timeout);
        result = MI_DestinationOptions_SetTimeout(options, &timeout);
    }
    return result == MI_RESULT_OK ? 0 : complain(EX_USAGE, "the URL or an option cannot be used");
}

/* Frees out. */
static int put_out(struct buf *out)
{
    struct err err = ERR_INIT;
    int status =
        buf_failed(out, "the output", &err) != 0 ? complain(MI_RESULT_FAILED, err.text) : 0;
    if (status == 0 && (fputs(buf_text(out), stdout) == EOF || fflush(stdout) == EOF))
        status = complain(MI_RESULT_FAILED, strerror(errno));
    buf_free(out);
    return status;
}

static int print_instance(const struct request *request, const MI_Instance *instance)
{
    struct buf out;
    buf_init(&out, OUTPUT_MAX_BYTES);
    size_t missing =
        request->json
            ? cli_print_json(&out, instance, request->properties, request->property_count)
            : cli_print_lines(&out, instance, request->properties, request->property_count);
    int status = put_out(&out);
    if (status == 0 && missing > 0) {
        cli_print_missing(&out, instance, request->properties, request->property_count);
        fprintf(stderr, "mi-get: the instance has no property %s\n", buf_text(&out));
        status = MI_RESULT_NO_SUCH_PROPERTY;
        buf_free(&out);
    }
    return status;
}

static int print_class(const struct request *request, const MI_Class *schema)
{
    struct buf out;
    buf_init(&out, OUTPUT_MAX_BYTES);
    size_t missing =
        request->json
            ? cli_print_class_json(&out, schema, request->properties, request->property_count)
            : cli_print_class_lines(&out, schema, request->properties, request->property_count);
    int status = put_out(&out);
    if (cim_class_doubt(schema) != NULL)
        fprintf(stderr, "mi-get: beware: %s\n", cim_class_doubt(schema));
    if (status == 0 && missing > 0)
        status = complain(MI_RESULT_NO_SUCH_PROPERTY, "the class has not all of these properties");
    return status;
}

/* The sentence for a person; for a program, besides, everything that is known. */
static int print_failure(const struct request *request, MI_Result result, const MI_Char *message,
                         const MI_Instance *details)
{
    if (request->json && details != NULL) {
        struct buf out;
        buf_init(&out, OUTPUT_MAX_BYTES);
        buf_add_text(&out, "{\"error\": ");
        cli_print_json_object(&out, details, NULL, 0);
        buf_add_text(&out, "}\n");
        if (buf_failed(&out, "the output", NULL) == 0) {
            fputs(buf_text(&out), stdout);
            fflush(stdout);
        }
        buf_free(&out);
    }
    return complain((int)result, message != NULL ? message : "no instance came back");
}

static int fetch(const struct request *request, MI_Session *session, MI_OperationOptions *options,
                 const MI_Instance *key)
{
    MI_Operation operation = MI_OPERATION_NULL;
    const MI_Instance *instance = NULL, *details = NULL;
    const MI_Char *message = NULL;
    MI_Boolean more;
    MI_Result result = MI_RESULT_FAILED;
    const MI_Char *name_space = NULL;
    MI_Instance_GetNameSpace(key, &name_space);
    if (request->namespace_name != NULL || name_space == NULL)
        name_space = request->namespace_name != NULL ? request->namespace_name : DEFAULT_NAMESPACE;
    MI_Session_GetInstance(session, 0, options, name_space, key, NULL, &operation);
    MI_Result called =
        MI_Operation_GetInstance(&operation, &instance, &more, &result, &message, &details);
    int status;
    if (called != MI_RESULT_OK)
        status = complain((int)called, "out of memory");
    else if (result != MI_RESULT_OK || instance == NULL)
        status = print_failure(request, result, message, details);
    else
        status = print_instance(request, instance);
    MI_Operation_Close(&operation);
    return status;
}

static void start_many(const struct request *request, MI_Session *session,
                       MI_OperationOptions *options, MI_Operation *operation)
{
    const char *name_space =
        request->namespace_name != NULL ? request->namespace_name : DEFAULT_NAMESPACE;
    if (request->query != NULL)
        MI_Session_QueryInstances(session, 0, options, name_space, MI_T("WQL"), request->query,
                                  NULL, operation);
    else
        MI_Session_EnumerateInstances(session, 0, options, name_space, request->object,
                                      request->keys, NULL, operation);
}

static int fetch_class(const struct request *request, MI_Session *session,
                       MI_OperationOptions *options)
{
    MI_Operation operation = MI_OPERATION_NULL;
    const MI_Class *schema = NULL;
    const MI_Instance *details = NULL;
    const MI_Char *message = NULL;
    MI_Boolean more;
    MI_Result result = MI_RESULT_FAILED;
    MI_Session_GetClass(session, 0, options,
                        request->namespace_name != NULL ? request->namespace_name
                                                        : DEFAULT_NAMESPACE,
                        request->object, NULL, &operation);
    MI_Result called =
        MI_Operation_GetClass(&operation, &schema, &more, &result, &message, &details);
    int status;
    if (called != MI_RESULT_OK)
        status = complain((int)called, "out of memory");
    else if (result != MI_RESULT_OK || schema == NULL)
        status = print_failure(request, result, message, details);
    else
        status = print_class(request, schema);
    MI_Operation_Close(&operation);
    return status;
}

/* Prints one instance after another as they come. */
static int fetch_many(const struct request *request, MI_Session *session,
                      MI_OperationOptions *options)
{
    MI_Operation operation = MI_OPERATION_NULL;
    MI_Boolean more = MI_TRUE;
    int status = 0;
    start_many(request, session, options, &operation);
    for (bool first = true; more && status == 0; first = false) {
        const MI_Instance *instance = NULL, *details = NULL;
        const MI_Char *message = NULL;
        MI_Result result = MI_RESULT_FAILED;
        MI_Result called =
            MI_Operation_GetInstance(&operation, &instance, &more, &result, &message, &details);
        if (called != MI_RESULT_OK)
            status = complain((int)called, "out of memory");
        else if (result != MI_RESULT_OK)
            status = print_failure(request, result, message, details);
        else if (instance != NULL) {
            if (!first && !request->json)
                fputs("\n", stdout);
            status = print_instance(request, instance);
        }
    }
    MI_Operation_Close(&operation);
    return status;
}

static int fetch_from(const struct request *request, const struct cli_place *place,
                      MI_Application *application, const MI_Instance *key)
{
    MI_DestinationOptions destination = MI_DESTINATIONOPTIONS_NULL;
    MI_OperationOptions options = MI_OPERATIONOPTIONS_NULL;
    MI_Session session = MI_SESSION_NULL;
    MI_Instance *details = NULL;
    int status = 0;
    if (MI_Application_NewDestinationOptions(application, &destination) != MI_RESULT_OK ||
        MI_Application_NewOperationOptions(application, MI_FALSE, &options) != MI_RESULT_OK)
        status = complain(MI_RESULT_FAILED, "out of memory");
    if (status == 0)
        status = set_destination(request, place, &destination);
    if (status == 0)
        status = add_credentials(request, &destination);
    if (status == 0 && strcmp(request->resource_uri, "dmtf") == 0)
        MI_OperationOptions_SetResourceUriPrefix(&options, COLLECTDMI_RESOURCE_URI_PREFIX_DMTF);
    if (status == 0) {
        MI_Result result = MI_Application_NewSession(application, NULL, place->host, &destination,
                                                     NULL, &details, &session);
        if (result != MI_RESULT_OK)
            status = complain_details(result, details, "no session");
    }
    if (status == 0) {
        status = key != NULL      ? fetch(request, &session, &options, key)
                 : request->class ? fetch_class(request, &session, &options)
                                  : fetch_many(request, &session, &options);
        MI_Session_Close(&session, NULL, NULL);
    }
    MI_OperationOptions_Delete(&options);
    MI_DestinationOptions_Delete(&destination);
    return status;
}

int main(int argc, char **argv)
{
    struct request request;
    struct cli_place place = {0};
    struct err err = ERR_INIT;
    MI_Instance *key = NULL;
    MI_Application application = MI_APPLICATION_NULL;
    int status = read_command_line(argc, argv, &request);
    if (status != 0)
        return status < 0 ? 0 : status;
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write, told as one */
    status = read_url(request.url, &place);
    bool keyless = request.all || request.class || request.query != NULL;
    if (status == 0 && !keyless && cim_objectpath_parse(request.object, &key, &err) != 0)
        status = complain_usage(err.text);
    if (status == 0 && MI_Application_Initialize(0, "mi-get", NULL, &application) != MI_RESULT_OK)
        status = complain(MI_RESULT_FAILED, "the network thread does not start");
    if (status == 0)
        status = fetch_from(&request, &place, &application, key);
    MI_Application_Close(&application);
    if (key != NULL)
        MI_Instance_Delete(key);
    cli_place_free(&place);
    return status;
}
