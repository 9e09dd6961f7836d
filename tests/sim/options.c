/* SPDX-License-Identifier: MIT */
#include "sim/options.h"

#include "sim/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum choice {
    LISTEN = 1,
    PORT_FILE,
    HOST,
    HOSTS,
    ANY_HOST,
    USER,
    PASSWORD_FILE,
    OFFER,
    REPLIES,
    TLS_CERT,
    TLS_KEY,
    CLIENT_CA,
    CBT,
    UNENCRYPTED,
    CONNECTION_MEMORY,
    CONNECTION_LIMIT,
    IDLE_TIMEOUT,
    EPOCH,
    CLOCK,
    CLOCK_START,
    CLOCK_RATE,
    HELP,
};

static const struct option long_options[] = {
    {"listen", required_argument, NULL, LISTEN},
    {"port-file", required_argument, NULL, PORT_FILE},
    {"host", required_argument, NULL, HOST},
    {"hosts", required_argument, NULL, HOSTS},
    {"any-host", no_argument, NULL, ANY_HOST},
    {"user", required_argument, NULL, USER},
    {"password-file", required_argument, NULL, PASSWORD_FILE},
    {"offer", required_argument, NULL, OFFER},
    {"replies", required_argument, NULL, REPLIES},
    {"tls-cert", required_argument, NULL, TLS_CERT},
    {"tls-key", required_argument, NULL, TLS_KEY},
    {"client-ca", required_argument, NULL, CLIENT_CA},
    {"cbt", required_argument, NULL, CBT},
    {"unencrypted", required_argument, NULL, UNENCRYPTED},
    {"connection-memory", required_argument, NULL, CONNECTION_MEMORY},
    {"connection-limit", required_argument, NULL, CONNECTION_LIMIT},
    {"idle-timeout", required_argument, NULL, IDLE_TIMEOUT},
    {"epoch", required_argument, NULL, EPOCH},
    {"clock", required_argument, NULL, CLOCK},
    {"clock-start", required_argument, NULL, CLOCK_START},
    {"clock-rate", required_argument, NULL, CLOCK_RATE},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

void sim_options_help(void)
{
    puts("usage: simhost [options]\n"
         "  --listen ADDRESS:PORT   loopback only; default 127.0.0.1:0 (a free port)\n"
         "  --port-file FILE        the port is written there once it listens\n"
         "  --host NAME[=MODE]      a host; repeatable. Modes: tests/sim/mode.h\n"
         "  --hosts PREFIX:N[=MODE] hosts PREFIX1 to PREFIXN; repeatable\n"
         "  --any-host              an unknown Host header is a normal host of that name\n"
         "  --user U --password-file F   Basic authentication\n"
         "  --offer SCHEME          a WWW-Authenticate line of a 401; repeatable. Negotiate and "
         "Kerberos are then accepted\n"
         "                          (KRB5_KTNAME, NTLM_USER_FILE). Without any of these everybody "
         "may ask\n"
         "  --unencrypted yes|no    AllowUnencrypted; default no with Negotiate or Kerberos\n"
         "  --replies DIR           recorded replies for hosts in mode replay\n"
         "  --tls-cert F --tls-key F     HTTPS, PEM files\n"
         "  --client-ca F           client certificates of that authority are accepted\n"
         "  --cbt strict|relaxed|none  CbtHardeningLevel; default relaxed\n"
         "  --connection-memory N   bytes for the headers of a connection\n"
         "  --connection-limit N    default 8192\n"
         "  --idle-timeout SECONDS  closes idle connections; default never\n"
         "  --epoch YYYY-MM-DDThh:mm:ssZ  when the hosts booted\n"
         "  --clock real|manual     manual: moved by the control endpoint only\n"
         "  --clock-start SECONDS   time since the boot at the start; default 3600\n"
         "  --clock-rate N          virtual seconds per real second; default 1\n"
         "Prints \"listening ADDRESS:PORT\" on stdout when ready; ends on SIGTERM, SIGINT or its "
         "parent's death.");
}

/* Loopback only: the simulator accepts passwords over plain HTTP and has an open control endpoint.
 */
static int listen_parse(const char *text, struct sim_options *options)
{
    char address[64];
    const char *colon = strrchr(text, ':');
    size_t size = colon == NULL ? 0 : (size_t)(colon - text);
    char *end = NULL;
    unsigned long port = colon == NULL ? 65536 : strtoul(colon + 1, &end, 10);
    if (size == 0 || size >= sizeof(address) || port > 65535 || end == colon + 1 || *end != '\0')
        return -1;
    memcpy(address, text, size);
    address[size] = '\0';
    struct sockaddr_in *v4 = (struct sockaddr_in *)&options->listen;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&options->listen;
    options->listen = (struct sockaddr_storage){0};
    if (strcmp(address, "[::1]") == 0) {
        v6->sin6_family = AF_INET6;
        v6->sin6_addr = in6addr_loopback;
        v6->sin6_port = htons((uint16_t)port);
        options->listen_size = sizeof(*v6);
        return 0;
    }
    v4->sin_family = AF_INET;
    v4->sin_port = htons((uint16_t)port);
    options->listen_size = sizeof(*v4);
    return inet_pton(AF_INET, address, &v4->sin_addr) == 1 &&
                   ntohl(v4->sin_addr.s_addr) >> 24 == 127
               ? 0
               : -1;
}

static int list_add(const char ***list, size_t *count, const char *text)
{
    const char **grown = realloc(*list, (*count + 1) * sizeof(*grown));
    if (grown == NULL)
        return -1;
    *list = grown;
    grown[(*count)++] = text;
    return 0;
}

static int number_parse(const char *text, unsigned long max, unsigned *count)
{
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value > max)
        return -1;
    *count = (unsigned)value;
    return 0;
}

static int count_parse(const char *text, unsigned *count)
{
    return number_parse(text, 1000000, count);
}

static int decimal_parse(const char *text, double max, double *value)
{
    char *end = NULL;
    double parsed = strtod(text, &end);
    if (end == text || *end != '\0' || !(parsed >= 0 && parsed <= max))
        return -1;
    *value = parsed;
    return 0;
}

static int clock_option(struct sim_options *options, int option, const char *value)
{
    double number = 0;
    switch (option) {
    case EPOCH:
        return sim_clock_parse(value, &options->epoch_100ns);
    case CLOCK_START:
        if (decimal_parse(value, 1e9, &number) != 0)
            return -1;
        options->clock_start_100ns = (uint64_t)llround(number * SIM_TICKS_PER_SECOND);
        return 0;
    case CLOCK_RATE:
        return decimal_parse(value, 1e6, &options->clock_rate);
    default:
        if (strcmp(value, "manual") == 0)
            options->clock_rate = 0;
        return strcmp(value, "manual") == 0 || strcmp(value, "real") == 0 ? 0 : -1;
    }
}

static int word_find(const char *word, const char *const words[], size_t count, unsigned *at)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, words[i]) == 0) {
            *at = (unsigned)i;
            return 0;
        }
    }
    return -1;
}

static int auth_option(struct sim_options *options, int option, const char *value)
{
    static const char *const levels[] = {
        [SIM_CBT_RELAXED] = "relaxed", [SIM_CBT_STRICT] = "strict", [SIM_CBT_NONE] = "none"};
    static const char *const answers[] = {"no", "yes"};
    unsigned at = 0;
    switch (option) {
    case USER:
        options->user = value;
        return 0;
    case PASSWORD_FILE:
        options->password_file = value;
        return 0;
    case OFFER:
        if (options->offer_count == SIM_OFFERS_MAX)
            return -1;
        options->offers[options->offer_count++] = value;
        return 0;
    case CLIENT_CA:
        options->client_ca = value;
        return 0;
    case CBT:
        if (word_find(value, levels, 3, &at) != 0)
            return -1;
        options->cbt = (enum sim_cbt)at;
        return 0;
    default:
        if (word_find(value, answers, 2, &at) != 0)
            return -1;
        options->unencrypted_said = true;
        options->unencrypted = at == 1;
        return 0;
    }
}

static int option_take(struct sim_options *options, int option, const char *value)
{
    switch (option) {
    case LISTEN:
        return listen_parse(value, options);
    case PORT_FILE:
        options->port_file = value;
        return 0;
    case HOST:
        return list_add(&options->hosts, &options->host_count, value);
    case HOSTS:
        return list_add(&options->fleets, &options->fleet_count, value);
    case ANY_HOST:
        options->any_host = true;
        return 0;
    case USER:
    case PASSWORD_FILE:
    case OFFER:
    case CLIENT_CA:
    case CBT:
    case UNENCRYPTED:
        return auth_option(options, option, value);
    case CONNECTION_MEMORY:
        return number_parse(value, 67108864, &options->connection_memory);
    case REPLIES:
        options->replies = value;
        return 0;
    case TLS_CERT:
        options->tls_cert = value;
        return 0;
    case TLS_KEY:
        options->tls_key = value;
        return 0;
    case CONNECTION_LIMIT:
        return count_parse(value, &options->connection_limit);
    case IDLE_TIMEOUT:
        return count_parse(value, &options->idle_timeout_s);
    case HELP:
        options->help = true;
        return 0;
    default:
        return clock_option(options, option, value);
    }
}

int sim_options_parse(int argc, char **argv, struct sim_options *options)
{
    *options = (struct sim_options){.connection_limit = 8192,
                                    .clock_start_100ns = 3600ull * SIM_TICKS_PER_SECOND,
                                    .clock_rate = 1};
    if (listen_parse("127.0.0.1:0", options) != 0)
        return -1;
    for (int option, index = 0;
         (option = getopt_long(argc, argv, "", long_options, &index)) != -1;) {
        if (option == '?')
            return -1;
        if (option_take(options, option, optarg) != 0) {
            fprintf(stderr, "simhost: --%s %s is not understood\n", long_options[index].name,
                    optarg);
            return -1;
        }
    }
    if (optind != argc) {
        fprintf(stderr, "simhost: %s is not understood\n", argv[optind]);
        return -1;
    }
    if ((options->tls_cert == NULL) != (options->tls_key == NULL) ||
        (options->user == NULL) != (options->password_file == NULL)) {
        fprintf(stderr, "simhost: --tls-cert goes with --tls-key, --user with --password-file\n");
        return -1;
    }
    if (options->client_ca != NULL && options->tls_cert == NULL) {
        fprintf(stderr, "simhost: --client-ca goes with --tls-cert\n");
        return -1;
    }
    return 0;
}

void sim_options_free(struct sim_options *options)
{
    free(options->hosts);
    free(options->fleets);
    options->hosts = NULL;
    options->fleets = NULL;
}
