/* SPDX-License-Identifier: MIT */
#include "sim/server.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BODY_MAX_BYTES      512000 /* MaxEnvelopeSizekb 500: more is 413 (MS-WSMV 3.1.4.1.20) */
#define HOST_NAME_MAX_BYTES 256
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
    bool leg;               /* it carries a token of a handshake */
    bool sealed;            /* and so is its reply */
    bool hangs_up;          /* the connection ends with the reply, without a word */
    struct sim_bytes token; /* the WWW-Authenticate value of the answer; empty: none */
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

static struct link *link_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

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

/* 401: one line a scheme and Connection: close (shared/facts/wire.md 4); with one, that line only;
 * a downgrading host names Basic only. */
static enum MHD_Result challenge_send(const struct sim_server *server,
                                      struct MHD_Connection *connection,
                                      const struct exchange *exchange, const char *one)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    if (exchange->host->mode.trick == SIM_TRICK_DOWNGRADE)
        one = "Basic realm=\"WSMAN\"";
    if (one != NULL)
        MHD_add_response_header(response, "WWW-Authenticate", one);
    for (size_t i = 0; one == NULL && sim_auth_challenge(server->auth, i) != NULL; i++)
        MHD_add_response_header(response, "WWW-Authenticate", sim_auth_challenge(server->auth, i));
    MHD_add_response_header(response, "Connection", "close");
    return response_queue(connection, MHD_HTTP_UNAUTHORIZED, response, NULL);
}

/* Ends a leg of a handshake: an empty body and the next token (shared/facts/auth.md "Legs"). */
static enum MHD_Result leg_send(struct MHD_Connection *connection, const struct exchange *exchange,
                                unsigned status)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    if (response == NULL || exchange->token.failed) {
        if (response != NULL)
            MHD_destroy_response(response);
        return MHD_NO;
    }
    if (exchange->token.size > 0)
        MHD_add_response_header(response, "WWW-Authenticate", exchange->token.data);
    return response_queue(connection, status, response, NULL);
}

/* Replaces the reply's body by the sealed one; on failure the body has failed. */
static void reply_seal(struct sim_auth_link *link, enum sim_trick trick, const char *type,
                       struct sim_reply *reply, char content_type[160])
{
    struct sim_bytes sealed = {0};
    if (sim_auth_seal(link, trick, type, &reply->body, &sealed, content_type) != 0)
        sealed.failed = true;
    sim_bytes_free(&reply->body);
    reply->body = sealed;
}

/* Takes the reply's body. */
static enum MHD_Result reply_send(struct MHD_Connection *connection,
                                  const struct exchange *exchange, struct sim_reply *reply)
{
    const struct sim_mode *mode = &exchange->host->mode;
    char sealed_type[160];
    const char *type = exchange->request.utf16 ? "application/soap+xml;charset=UTF-16"
                                               : "application/soap+xml;charset=UTF-8";
    struct MHD_Response *response = NULL;
    if (exchange->sealed && mode->trick != SIM_TRICK_PLAIN_REPLY) {
        reply_seal(&link_of(connection)->auth, mode->trick, type, reply, sealed_type);
        type = sealed_type;
    }
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
    if (response != NULL && exchange->token.size > 0)
        MHD_add_response_header(response, "WWW-Authenticate", exchange->token.data);
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

/* What the host does with this request: legs may be spared (mode.h "afterlegs"). */
static struct sim_mode mode_now(const struct exchange *exchange)
{
    struct sim_mode mode = exchange->host->mode;
    if (mode.after_legs && exchange->leg) {
        mode.action = SIM_ANSWER;
        mode.delay_ms = 0;
    }
    return mode;
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Judges the request's credentials and counts what came of it. */
static enum sim_verdict request_judge(const struct sim_server *server,
                                      struct MHD_Connection *connection, struct exchange *exchange)
{
    struct sim_auth_link *link = &link_of(connection)->auth;
    struct sim_host *host = exchange->host;
    char subject[SIM_AUTH_SUBJECT_BYTES];
    struct sim_auth_call call = {.header = header_of(connection, "Authorization"),
                                 .host = exchange->machine,
                                 .trick = host->mode.trick};
    if (server->auth->certificates &&
        sim_tls_peer(
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session,
            subject, sizeof(subject)) == 0)
        call.subject = subject;
    enum sim_verdict verdict = sim_auth_judge(server->auth, link, &call, &exchange->token);
    host->counts.wrong_context += sim_auth_is_astray(link, exchange->machine) ? 1 : 0;
    host->counts.handshakes += verdict == SIM_AUTH_COMPLETED ? 1 : 0;
    bool asks =
        verdict == SIM_AUTH_ACCEPTED || (verdict == SIM_AUTH_COMPLETED && exchange->body.size > 0);
    if (asks && link->principal != NULL)
        sim_hosts_count(host, link->principal);
    return verdict;
}

/* A plaintext message that is not served: 401 or 500 (sim_auth_plain_status). */
static enum MHD_Result plain_refuse(const struct sim_server *server,
                                    struct MHD_Connection *connection, struct exchange *exchange,
                                    unsigned status)
{
    struct sim_auth_link *link = &link_of(connection)->auth;
    if (status != MHD_HTTP_UNAUTHORIZED)
        return empty_send(connection, status);
    const char *scheme = sim_auth_scheme_name(link);
    sim_auth_link_end(link);
    exchange->host->counts.unauthorized++;
    return challenge_send(server, connection, exchange, scheme);
}

/* Opens a sealed body in place; type gets the Content-Type of what was in it. 0, or -1: 400. */
static int body_unseal(struct sim_auth_link *link, struct exchange *exchange,
                       const char *content_type, char type[96])
{
    struct sim_bytes plain = {0};
    if (sim_auth_unseal(link, content_type, &exchange->body, type, &plain) != 0) {
        sim_bytes_free(&plain);
        sim_auth_link_end(link); /* its stream is lost (shared/facts/auth.md "Calls") */
        return -1;
    }
    sim_bytes_free(&exchange->body);
    exchange->body = plain;
    exchange->sealed = true;
    exchange->host->counts.sealed++;
    return 0;
}

/* An authenticated request: opens it, reads it, answers it. */
static enum MHD_Result accepted_answer(struct sim_server *server, struct MHD_Connection *connection,
                                       struct exchange *exchange)
{
    struct sim_host *host = exchange->host;
    struct sim_auth_link *link = &link_of(connection)->auth;
    char sealed_type[96];
    const char *type = header_of(connection, "Content-Type");
    if (sim_sealed_type(type)) {
        if (body_unseal(link, exchange, type, sealed_type) != 0)
            return empty_send(connection, MHD_HTTP_BAD_REQUEST);
        type = sealed_type;
    } else {
        unsigned status = sim_auth_plain_status(server->auth, link);
        if (status != 0)
            return plain_refuse(server, connection, exchange, status);
    }
    if (!sim_request_type_known(type))
        return empty_send(connection, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE);
    if (host->mode.trick == SIM_TRICK_EXTRA_TOKEN && exchange->sealed)
        sim_bytes_text(&exchange->token, "Negotiate oQcwBaADCgEA");
    sim_request_parse(exchange->body.data == NULL ? "" : exchange->body.data, exchange->body.size,
                      type, &exchange->request);
    exchange->stage = STAGE_ADMITTED;
    if (host->mode.action == SIM_STALLED)
        return park(server, connection, exchange, exchange->request.timeout_ms);
    return admitted_answer(server, connection, exchange);
}

static enum MHD_Result delayed_answer(struct sim_server *server, struct MHD_Connection *connection,
                                      struct exchange *exchange)
{
    struct sim_host *host = exchange->host;
    struct sim_mode mode = mode_now(exchange);
    if (mode.action == SIM_CLOSE)
        return MHD_NO;
    if (mode.action == SIM_STATUS)
        return empty_send(connection, mode.status);
    switch (mode.action == SIM_UNAUTHORIZED ? SIM_AUTH_REFUSED
                                            : request_judge(server, connection, exchange)) {
    case SIM_AUTH_REFUSED:
        break;
    case SIM_AUTH_CONTINUE:
        return leg_send(connection, exchange, MHD_HTTP_UNAUTHORIZED);
    case SIM_AUTH_COMPLETED:
        exchange->hangs_up = mode.trick == SIM_TRICK_CLOSE_BETWEEN;
        return exchange->body.size == 0 ? leg_send(connection, exchange, MHD_HTTP_OK)
                                        : accepted_answer(server, connection, exchange);
    case SIM_AUTH_ACCEPTED:
        return accepted_answer(server, connection, exchange);
    }
    host->counts.unauthorized++;
    return challenge_send(server, connection, exchange, NULL);
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
    exchange->leg = sim_auth_is_leg(header_of(connection, "Authorization"));
    host->counts.legs += exchange->leg ? 1 : 0;
    struct sim_mode mode = mode_now(exchange);
    if (mode.action == SIM_MUTE)
        return park(server, connection, exchange, SIM_PARK_FOREVER);
    if (mode.delay_ms > 0)
        return park(server, connection, exchange, mode.delay_ms);
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
    (void)code;
    struct sim_server *server = cls;
    struct exchange *exchange = *state;
    if (exchange == NULL)
        return;
    if (exchange->hangs_up)
        shutdown(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
                 SHUT_RDWR);
    if (exchange->host != NULL) {
        exchange->host->counts.in_flight--;
        server->traffic.in_flight--;
    }
    sim_bytes_free(&exchange->body);
    sim_bytes_free(&exchange->token);
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
    struct MHD_OptionItem items[16] = {
        {MHD_OPTION_LISTEN_SOCKET, options->listen_fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)options->connection_limit, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)options->idle_timeout_s, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, server},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, server},
    };
    size_t count = 5; /* what is left is MHD_OPTION_END */
    if (options->connection_memory > 0)
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                                 (intptr_t)options->connection_memory, NULL};
    if (options->tls_certificate != NULL) {
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0,
                                                 (void *)(uintptr_t)options->tls_certificate};
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0,
                                                 (void *)(uintptr_t)options->tls_key};
    }
    if (options->client_ca != NULL)
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0,
                                                 (void *)(uintptr_t)options->client_ca};
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
