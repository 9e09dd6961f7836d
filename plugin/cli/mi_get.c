/* SPDX-License-Identifier: MIT */
/*
 * mi-get: fetches one CIM instance, or many, and prints their properties: the snmpget of this
 * project, written against mi.h like any other program.
 *
 * Exit status: 0, the MI_Result of a failure, 64 for wrong usage, 66 for a file that cannot be read
 * (sysexits.h's EX_USAGE and EX_NOINPUT).
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/secret.h"
#include "cim/datetime.h"
#include "cim/objectpath.h"
#include "cli/complaint.h"
#include "cli/place.h"
#include "cli/print.h"
#include "cli/print_class.h"
#include "cli/request.h"
#include "cli/typing.h"
#include "mi/mi.h"

#define OUTPUT_MAX_BYTES  (16 * 1024 * 1024)
#define DEFAULT_NAMESPACE "root/cimv2"

static int read_url(const char *text, struct cli_place *place)
{
    struct err err = ERR_INIT;
    if (cli_place_read(text, place, &err) == 0)
        return 0;
    return err.kind == ERR_CONFIG ? cli_complaint_usage(err.text)
                                  : cli_complaint_say(MI_RESULT_FAILED, err.text);
}

/* --- the operation --- */

static int complain_details(MI_Result result, MI_Instance *details, const char *otherwise)
{
    MI_Value value;
    const char *sentence = otherwise;
    if (details != NULL &&
        MI_Instance_GetElement(details, "Message", &value, NULL, NULL, NULL) == MI_RESULT_OK)
        sentence = value.string;
    cli_complaint_say((int)result, sentence);
    if (details != NULL)
        MI_Instance_Delete(details);
    return (int)result;
}

/* The options that credentials need before they are added. */
static MI_Result set_identity(const struct cli_request *request, MI_DestinationOptions *options)
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

static int add_credentials(const struct cli_request *request, MI_DestinationOptions *options)
{
    const struct cli_method *method = cli_request_method(request);
    struct secret *password = NULL;
    struct err err = ERR_INIT;
    if (request->password_file != NULL) {
        password = secret_read_file(request->password_file, NULL, &err);
        if (password == NULL)
            return cli_complaint_say(EX_NOINPUT, err.text);
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
        return cli_complaint_say((int)result, "these credentials cannot be used");
    return 0;
}

static int set_destination(const struct cli_request *request, const struct cli_place *place,
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
    return result == MI_RESULT_OK
               ? 0
               : cli_complaint_say(EX_USAGE, "the URL or an option cannot be used");
}

/* Frees out. */
static int put_out(struct buf *out)
{
    struct err err = ERR_INIT;
    int status = buf_failed(out, "the output", &err) != 0
                     ? cli_complaint_say(MI_RESULT_FAILED, err.text)
                     : 0;
    if (status == 0 && (fputs(buf_text(out), stdout) == EOF || fflush(stdout) == EOF))
        status = cli_complaint_say(MI_RESULT_FAILED, strerror(errno));
    buf_free(out);
    return status;
}

static int print_instance(const struct cli_request *request, const MI_Instance *instance)
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

static int print_class(const struct cli_request *request, const MI_Class *schema)
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
        status = cli_complaint_say(MI_RESULT_NO_SUCH_PROPERTY,
                                   "the class has not all of these properties");
    return status;
}

/* The sentence for a person; for a program, besides, everything that is known. */
static int print_failure(const struct cli_request *request, MI_Result result,
                         const MI_Char *message, const MI_Instance *details)
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
    return cli_complaint_say((int)result, message != NULL ? message : "no instance came back");
}

/* What an operation needs. */
struct talk {
    MI_Session *session;
    MI_OperationOptions *options;
    const char *name_space;
    struct cli_typing *typing; /* NULL: nothing is to be typed */
};

static int print_result(const struct cli_request *request, const struct talk *talk,
                        MI_Operation *operation, const MI_Instance *instance)
{
    if (talk->typing != NULL)
        cli_typing_apply(talk->typing, operation, instance);
    return print_instance(request, instance);
}

static int fetch(const struct cli_request *request, const struct talk *talk, const MI_Instance *key)
{
    MI_Operation operation = MI_OPERATION_NULL;
    const MI_Instance *instance = NULL, *details = NULL;
    const MI_Char *message = NULL;
    MI_Boolean more;
    MI_Result result = MI_RESULT_FAILED;
    MI_Session_GetInstance(talk->session, 0, talk->options, talk->name_space, key, NULL,
                           &operation);
    MI_Result called =
        MI_Operation_GetInstance(&operation, &instance, &more, &result, &message, &details);
    int status;
    if (called != MI_RESULT_OK)
        status = cli_complaint_say((int)called, "out of memory");
    else if (result != MI_RESULT_OK || instance == NULL)
        status = print_failure(request, result, message, details);
    else
        status = print_result(request, talk, &operation, instance);
    MI_Operation_Close(&operation);
    return status;
}

static void start_many(const struct cli_request *request, const struct talk *talk,
                       MI_Operation *operation)
{
    if (request->query != NULL)
        MI_Session_QueryInstances(talk->session, 0, talk->options, talk->name_space, MI_T("WQL"),
                                  request->query, NULL, operation);
    else
        MI_Session_EnumerateInstances(talk->session, 0, talk->options, talk->name_space,
                                      request->object, request->keys, NULL, operation);
}

static int fetch_class(const struct cli_request *request, const struct talk *talk)
{
    MI_Operation operation = MI_OPERATION_NULL;
    const MI_Class *schema = NULL;
    const MI_Instance *details = NULL;
    const MI_Char *message = NULL;
    MI_Boolean more;
    MI_Result result = MI_RESULT_FAILED;
    MI_Session_GetClass(talk->session, 0, talk->options, talk->name_space, request->object, NULL,
                        &operation);
    MI_Result called =
        MI_Operation_GetClass(&operation, &schema, &more, &result, &message, &details);
    int status;
    if (called != MI_RESULT_OK)
        status = cli_complaint_say((int)called, "out of memory");
    else if (result != MI_RESULT_OK || schema == NULL)
        status = print_failure(request, result, message, details);
    else
        status = print_class(request, schema);
    MI_Operation_Close(&operation);
    return status;
}

/* Prints one instance after another as they come. */
static int fetch_many(const struct cli_request *request, const struct talk *talk)
{
    MI_Operation operation = MI_OPERATION_NULL;
    MI_Boolean more = MI_TRUE;
    int status = 0;
    start_many(request, talk, &operation);
    for (bool first = true; more && status == 0; first = false) {
        const MI_Instance *instance = NULL, *details = NULL;
        const MI_Char *message = NULL;
        MI_Result result = MI_RESULT_FAILED;
        MI_Result called =
            MI_Operation_GetInstance(&operation, &instance, &more, &result, &message, &details);
        if (called != MI_RESULT_OK)
            status = cli_complaint_say((int)called, "out of memory");
        else if (result != MI_RESULT_OK)
            status = print_failure(request, result, message, details);
        else if (instance != NULL) {
            if (!first && !request->json)
                fputs("\n", stdout);
            status = print_result(request, talk, &operation, instance);
        }
    }
    MI_Operation_Close(&operation);
    return status;
}

static const char *choose_namespace(const struct cli_request *request, const MI_Instance *key)
{
    const MI_Char *name_space = NULL;
    if (key != NULL)
        MI_Instance_GetNameSpace(key, &name_space);
    if (request->namespace_name != NULL)
        return request->namespace_name;
    return name_space != NULL ? name_space : DEFAULT_NAMESPACE;
}

static int fetch_over(const struct cli_request *request, MI_Session *session,
                      MI_OperationOptions *options, const MI_Instance *key)
{
    const char *name_space = choose_namespace(request, key);
    struct cli_typing typing = {.session = session, .options = options, .name_space = name_space};
    struct talk talk = {session, options, name_space, request->typed ? &typing : NULL};
    int status = key != NULL      ? fetch(request, &talk, key)
                 : request->class ? fetch_class(request, &talk)
                                  : fetch_many(request, &talk);
    cli_typing_end(&typing);
    return status;
}

static int fetch_from(const struct cli_request *request, const struct cli_place *place,
                      MI_Application *application, const MI_Instance *key)
{
    MI_DestinationOptions destination = MI_DESTINATIONOPTIONS_NULL;
    MI_OperationOptions options = MI_OPERATIONOPTIONS_NULL;
    MI_Session session = MI_SESSION_NULL;
    MI_Instance *details = NULL;
    int status = 0;
    if (MI_Application_NewDestinationOptions(application, &destination) != MI_RESULT_OK ||
        MI_Application_NewOperationOptions(application, MI_FALSE, &options) != MI_RESULT_OK)
        status = cli_complaint_say(MI_RESULT_FAILED, "out of memory");
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
        status = fetch_over(request, &session, &options, key);
        MI_Session_Close(&session, NULL, NULL);
    }
    MI_OperationOptions_Delete(&options);
    MI_DestinationOptions_Delete(&destination);
    return status;
}

int main(int argc, char **argv)
{
    struct cli_request request;
    struct cli_place place = {0};
    struct err err = ERR_INIT;
    MI_Instance *key = NULL;
    MI_Application application = MI_APPLICATION_NULL;
    int status = cli_request_read(argc, argv, &request);
    if (status != 0)
        return status < 0 ? 0 : status;
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write, told as one */
    status = read_url(request.url, &place);
    bool keyless = request.all || request.class || request.query != NULL;
    if (status == 0 && !keyless && cim_objectpath_parse(request.object, &key, &err) != 0)
        status = cli_complaint_usage(err.text);
    if (status == 0 && MI_Application_Initialize(0, "mi-get", NULL, &application) != MI_RESULT_OK)
        status = cli_complaint_say(MI_RESULT_FAILED, "the network thread does not start");
    if (status == 0)
        status = fetch_from(&request, &place, &application, key);
    MI_Application_Close(&application);
    if (key != NULL)
        MI_Instance_Delete(key);
    cli_place_free(&place);
    return status;
}
