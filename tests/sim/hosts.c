/* SPDX-License-Identifier: MIT */
#include "sim/hosts.h"

#include "sim/classes.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct sim_hosts *sim_hosts_create(void)
{
    return calloc(1, sizeof(struct sim_hosts));
}

static void computer_name(struct sim_host *host)
{
    unsigned char address[16];
    bool numeric = inet_pton(AF_INET, host->name, address) == 1 ||
                   inet_pton(AF_INET6, host->name, address) == 1;
    size_t size = numeric ? strlen(host->name) : strcspn(host->name, ".");
    if (size >= sizeof(host->computer))
        size = sizeof(host->computer) - 1;
    for (size_t i = 0; i < size; i++)
        host->computer[i] = (char)toupper((unsigned char)host->name[i]);
}

struct sim_host *sim_hosts_find(const struct sim_hosts *hosts, const char *name)
{
    struct sim_host *host = hosts->buckets[sim_classes_seed(name) % SIM_HOST_BUCKETS];
    while (host != NULL && strcasecmp(host->name, name) != 0)
        host = host->next_in_bucket;
    return host;
}

struct sim_host *sim_hosts_add(struct sim_hosts *hosts, const char *name)
{
    struct sim_host *host = sim_hosts_find(hosts, name);
    if (host != NULL || *name == '\0')
        return host;
    host = calloc(1, sizeof(*host));
    if (host == NULL || (host->name = strdup(name)) == NULL) {
        free(host);
        return NULL;
    }
    for (char *at = host->name; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    host->mode = (struct sim_mode){.dialect = 1, .text = "normal"};
    host->seed = sim_classes_seed(name);
    computer_name(host);
    struct sim_host **bucket = &hosts->buckets[host->seed % SIM_HOST_BUCKETS];
    host->next_in_bucket = *bucket;
    *bucket = host;
    *(hosts->last == NULL ? &hosts->first : &hosts->last->next) = host;
    hosts->last = host;
    hosts->count++;
    return host;
}

int sim_hosts_strip(const char *header, char *name, size_t name_size)
{
    size_t size = strcspn(header, ":");
    if (header[0] == '[') {
        header++;
        size = strcspn(header, "]");
    }
    if (size == 0 || size >= name_size)
        return -1;
    for (size_t i = 0; i < size; i++)
        name[i] = (char)tolower((unsigned char)header[i]);
    name[size] = '\0';
    return 0;
}

void sim_hosts_count(struct sim_host *host, const char *principal)
{
    struct sim_asker *asker = host->askers;
    while (asker != NULL && strcmp(asker->principal, principal) != 0)
        asker = asker->next;
    if (asker == NULL) {
        asker = calloc(1, sizeof(*asker));
        if (asker == NULL || (asker->principal = strdup(principal)) == NULL) {
            free(asker);
            return;
        }
        asker->next = host->askers;
        host->askers = asker;
    }
    asker->requests++;
    host->asker = asker;
}

static void askers_free(struct sim_asker *asker)
{
    for (struct sim_asker *next; asker != NULL; asker = next) {
        next = asker->next;
        free(asker->principal);
        free(asker);
    }
}

void sim_hosts_free(struct sim_hosts *hosts)
{
    if (hosts == NULL)
        return;
    for (struct sim_host *host = hosts->first, *next; host != NULL; host = next) {
        next = host->next;
        askers_free(host->askers);
        free(host->name);
        free(host);
    }
    free(hosts);
}
