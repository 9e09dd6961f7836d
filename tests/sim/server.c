/* SPDX-License-Identifier: MIT */
#include "sim/server.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX_BYTES      512000 /* MaxEnvelopeSizekb 500: more is 413 (MS-WSMV 3.1.4.1.20) */
#define HOST_NAME_MAX_BYTES 256
#define TOKEN_MAX_BYTES     16384
#define HOSTS_MAX           100000 /* --any-host makes no more */

enum stage {
    STAGE_READING,  /* the body is arriving */
    STAGE_DELAYED,  /* slow or mute: what the host does first */
    STAGE_ADMITTED, /* authenticated; stalled hosts wait here */
};

/* One request. */
struct exchange {
    enum stage stage;
    struct sim_bytes body;
    struct sim_request request;
    struct sim_host *host; /* that it was counted for; NULL: control, or an unknown host */
    char machine[HOST_NAME_MAX_BYTES];
    bool parked;
    struct sim_parked place;
};

/* One connection. */
struct link {
    struct sim_auth_link auth;
    struct sim_host **hosts; /* that it carried requests for */
    size_t host_count;
};

/* A body that is handed out by callback: a cut one, or one of unknown length. */
struct content {
    char *data;
    size_t size;
    size_t limit; /* stop here; below size: as an error, which closes the connection */
};

/* ---- sending ---- */

static ssize_t content_read(void *cls, uint64_t position, char *to, size_t room)
{
    const struct content *content = cls;
    if (position >= content->limit)
        return content->limit < content->size ? MHD_CONTENT_READER_END_WITH_ERROR
                                              : MHD_CONTENT_READER_END_OF_STREAM;
    size_t size = content->limit - (size_t)position;
    if (size > room)
        size = room;
    memcpy(to, content->data + position, size);
    return (ssize_t)size;
}

static void content_free(void *cls)
{
    struct content *content = cls;
    free(content->data);
    free(content);
}

/* Takes the body's bytes, even on failure. */
static struct MHD_Response *content_response(struct sim_bytes *body, size_t limit, bool chunked)
{
    struct content *content = malloc(sizeof(*content));
    if (content == NULL) {
        sim_bytes_free(body);
        return NULL;
    }
    *content = (struct content){body->data, body->size, limit < body->size ? limit : body->size};
    struct MHD_Response *response = MHD_create_response_from_callback(
        chunked ? MHD_SIZE_UNKNOWN : body->size, 16384, content_read, content, content_free);
    if (response == NULL)
        content_free(content);
    return response;
}

static enum MHD_Result response_queue(struct MHD_Connection *connection, unsigned status,
                                      struct MHD_Response *response, const char *content_type)
{
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, "Server", "Microsoft-HTTPAPI/2.0");
    if (content_type != NULL)
        MHD_add_response_header(response, "Content-Type", content_type);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result empty_send(struct MHD_Connection *connection, unsigned status)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    if (response != NULL &&
        status == MHD_HTTP_SERVICE_UNAVAILABLE) /* shared/facts/wire.md 4: 503 with close */
        MHD_add_response_header(response, "Connection", "close");
    return response_queue(connection, status, response, NULL);
}

/* 401: one line a scheme and Connection: close (shared/facts/wire.md 4); token is a handshake's
 * next one or "". */
static enum MHD_Result challenge_send(const struct sim_server *server,
                                      struct MHD_Connection *connection, const char *token)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    if (*token != '\0')
        MHD_add_response_header(response, "WWW-Authenticate", token);
    for (size_t i = 0; *token == '\0' && sim_auth_challenge(server->auth, i) != NULL; i++)
        MHD_add_response_header(response, "WWW-Authenticate", sim_auth_challenge(server->auth, i));
    if (*token == '\0')
        MHD_add_response_header(response, "Connection", "close");
    return response_queue(connection, MHD_HTTP_UNAUTHORIZED, response, NULL);
}

/* Takes the reply's body. */
static enum MHD_Result reply_send(struct MHD_Connection *connection,
                                  const struct exchange *exchange, struct sim_reply *reply)
{
    const struct sim_mode *mode = &exchange->host->mode;
    const char *type = exchange->request.utf16 ? "application/soap+xml;charset=UTF-16"
                                               : "application/soap+xml;charset=UTF-8";
    struct MHD_Response *response = NULL;
    if (reply->body.failed)
        sim_bytes_free(&reply->body);
    else if (mode->action == SIM_CUT)
        response = content_response(&reply->body, mode->cut_bytes, false);
    else if (exchange->request.operation_id !=
             NULL) /* robust connections answer in chunks (MS-WSMV 3.1.4.1.39) */
        response = content_response(&reply->body, SIZE_MAX, true);
    else
        response = MHD_create_response_from_buffer(reply->body.size, reply->body.data,
                                                   MHD_RESPMEM_MUST_FREE);
    return response_queue(connection, reply->status, response, type);
}

/* ---- control ---- */

static enum MHD_Result control_answer(struct sim_server *server, struct MHD_Connection *connection,
                                      const char *method, const char *path)
{
    struct sim_control_call call = {
        .method = method,
        .path = path,
        .host = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "host"),
        .set = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "set"),
        .advance = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "advance"),
    };
    struct sim_bytes body = {0};
    unsigned status = sim_control(server->world, &server->traffic, &call, &body);
    struct MHD_Response *response = NULL;
    if (!body.failed)
        response = MHD_create_response_from_buffer(body.size, body.data, MHD_RESPMEM_MUST_FREE);
    else
        sim_bytes_free(&body);
    return response_queue(connection, status, response, "application/json");
}

/* ---- the life of a request ---- */

static struct link *link_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* Counts a connection for the host, once. */
static void link_count(struct link *link, struct sim_host *host)
{
    for (size_t i = 0; i < link->host_count; i++) {
        if (link->hosts[i] == host)
            return;
    }
    struct sim_host **hosts = realloc(link->hosts, (link->host_count + 1) * sizeof(*hosts));
    if (hosts == NULL)
        return;
    link->hosts = hosts;
    hosts[link->host_count++] = host;
    host->counts.connections++;
}

static void count_in(struct sim_server *server, struct MHD_Connection *connection,
                     struct sim_host *host)
{
    struct sim_counts *counts = &host->counts;
    struct sim_traffic *traffic = &server->traffic;
    link_count(link_of(connection), host);
    counts->requests++;
    if (++counts->in_flight > counts->in_flight_peak)
        counts->in_flight_peak = counts->in_flight;
    traffic->requests++;
    if (++traffic->in_flight > traffic->in_flight_peak)
        traffic->in_flight_peak = traffic->in_flight;
}

static struct sim_host *host_find(const struct sim_world *world, struct MHD_Connection *connection,
                                  char *machine)
{
    const char *header = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    if (header == NULL || sim_hosts_strip(header, machine, HOST_NAME_MAX_BYTES) != 0)
        return NULL;
    if (world->any_host && world->hosts->count < HOSTS_MAX)
        return sim_hosts_add(world->hosts, machine);
    return sim_hosts_find(world->hosts, machine);
}

static enum MHD_Result park(struct sim_server *server, struct MHD_Connection *connection,
                            struct exchange *exchange, uint64_t delay_ms)
{
    exchange->parked = sim_park_add(server->park, &exchange->place, connection, delay_ms) == 0;
    return exchange->parked ? MHD_YES : MHD_NO;
}

static enum MHD_Result admitted_answer(struct sim_server *server, struct MHD_Connection *connection,
                                       struct exchange *exchange)
{
    static const char garbage[] = "HTTP is spoken here, XML is not\r\n";
    struct sim_host *host = exchange->host;
    struct sim_reply reply = {0};
    if (host->mode.action == SIM_GARBAGE) {
        reply.status = MHD_HTTP_OK;
        sim_bytes_text(&reply.body, garbage);
    } else if (host->mode.action == SIM_FAULT) {
        sim_answer_fault(server->world, host, exchange->machine, host->mode.fault_code,
                         &exchange->request, &reply);
    } else if (host->mode.action == SIM_STALLED) {
        sim_answer_fault(server->world, host, exchange->machine, 0x80338029, &exchange->request,
                         &reply);
    } else {
        sim_answer(server->world, host, exchange->machine, &exchange->request, &reply);
    }
    host->counts.faults += reply.fault ? 1 : 0;
    return reply_send(connection, exchange, &reply);
}

static enum MHD_Result delayed_answer(struct sim_server *server, struct MHD_Connection *connection,
                                      struct exchange *exchange)
{
    struct sim_host *host = exchange->host;
    char token[TOKEN_MAX_BYTES] = "";
    if (host->mode.action == SIM_CLOSE)
        return MHD_NO;
    if (host->mode.action == SIM_STATUS)
        return empty_send(connection, host->mode.status);
    const char *header = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
    enum sim_verdict verdict = host->mode.action == SIM_UNAUTHORIZED
                                   ? SIM_AUTH_REFUSED
                                   : sim_auth_judge(server->auth, &link_of(connection)->auth,
                                                    header, token, sizeof(token));
    if (verdict != SIM_AUTH_ACCEPTED) {
        host->counts.unauthorized++;
        return challenge_send(server, connection, token);
    }
    const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
    if (!sim_request_type_known(type))
        return empty_send(connection, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE);
    sim_request_parse(exchange->body.data == NULL ? "" : exchange->body.data, exchange->body.size,
                      type, &exchange->request);
    exchange->stage = STAGE_ADMITTED;
    if (host->mode.action == SIM_STALLED)
        return park(server, connection, exchange, exchange->request.timeout_ms);
    return admitted_answer(server, connection, exchange);
}

static enum MHD_Result whole_answer(struct sim_server *server, struct MHD_Connection *connection,
                                    struct exchange *exchange, const char *method, const char *url)
{
    if (strncmp(url, SIM_CONTROL_PATH, sizeof(SIM_CONTROL_PATH) - 1) == 0)
        return control_answer(server, connection, method, url + sizeof(SIM_CONTROL_PATH) - 1);
    struct sim_host *host = host_find(server->world, connection, exchange->machine);
    if (host == NULL)
        return empty_send(connection, MHD_HTTP_NOT_FOUND);
    if (link_of(connection) == NULL)
        return MHD_NO; /* no memory when it was accepted */
    exchange->host = host;
    count_in(server, connection, host);
    if (strcmp(method, "POST") != 0 || strcmp(url, "/wsman") != 0)
        return empty_send(connection, MHD_HTTP_NOT_FOUND);
    if (exchange->body.failed || exchange->body.size > BODY_MAX_BYTES)
        return empty_send(connection, MHD_HTTP_CONTENT_TOO_LARGE);
    exchange->stage = STAGE_DELAYED;
    if (host->mode.action == SIM_MUTE)
        return park(server, connection, exchange, SIM_PARK_FOREVER);
    if (host->mode.delay_ms > 0)
        return park(server, connection, exchange, host->mode.delay_ms);
    return delayed_answer(server, connection, exchange);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    (void)version;
    struct sim_server *server = cls;
    struct exchange *exchange = *state;
    if (exchange == NULL) {
        *state = calloc(1, sizeof(*exchange));
        return *state == NULL ? MHD_NO : MHD_YES;
    }
    if (*upload_size > 0) {
        if (exchange->body.size <= BODY_MAX_BYTES)
            sim_bytes_add(&exchange->body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (exchange->parked && exchange->place.ended)
        return MHD_NO;
    switch (exchange->stage) {
    case STAGE_READING:
        return whole_answer(server, connection, exchange, method, url);
    case STAGE_DELAYED:
        return delayed_answer(server, connection, exchange);
    case STAGE_ADMITTED:
        break;
    }
    return admitted_answer(server, connection, exchange);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)connection, (void)code;
    struct sim_server *server = cls;
    struct exchange *exchange = *state;
    if (exchange == NULL)
        return;
    if (exchange->host != NULL) {
        exchange->host->counts.in_flight--;
        server->traffic.in_flight--;
    }
    sim_bytes_free(&exchange->body);
    sim_request_free(&exchange->request);
    free(exchange);
    *state = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    (void)connection;
    struct sim_server *server = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        server->traffic.accepted++;
        server->traffic.open++;
        *context = calloc(1, sizeof(struct link));
        return;
    }
    server->traffic.open--;
    struct link *link = *context;
    if (link != NULL) {
        sim_auth_link_end(&link->auth);
        free(link->hosts);
        free(link);
    }
}

/* ---- life ---- */

int sim_server_start(struct sim_server *server, const struct sim_server_options *options)
{
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_LISTEN_SOCKET, options->listen_fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)options->connection_limit, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)options->idle_timeout_s, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, server},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, server},
        {options->tls_certificate == NULL ? MHD_OPTION_END : MHD_OPTION_HTTPS_MEM_CERT, 0,
         (void *)(uintptr_t)options->tls_certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->tls_key},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    if (options->tls_certificate != NULL)
        flags |= MHD_USE_TLS;
    server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, server, MHD_OPTION_ARRAY,
                                      items, MHD_OPTION_END);
    return server->daemon == NULL ? -1 : 0;
}

void sim_server_stop(struct sim_server *server)
{
    MHD_stop_daemon(server->daemon);
    server->daemon = NULL;
}
