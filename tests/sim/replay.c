/* SPDX-License-Identifier: MIT */
#include "sim/replay.h"

#include "sim/bytes.h"
#include "sim/cutter.h"
#include "sim/envelope.h"

#include <dirent.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FILE_MAX_BYTES (16 << 20)

static const struct {
    const char *class_name;
    const char *key;
} keys[] = {
    {"Win32_OperatingSystem", NULL},
    {"Win32_PerfRawData_PerfOS_Memory", NULL},
    {"Win32_PerfRawData_PerfOS_System", NULL},
    {"Win32_PerfRawData_Tcpip_TCPv4", NULL},
    {"Win32_ComputerSystem", "Name"},
    {"Win32_DiskDrive", "DeviceID"},
    {"Win32_LogicalDisk", "DeviceID"},
    {"Win32_NetworkAdapterConfiguration", "Index"},
    {"Win32_NetworkAdapter", "DeviceID"},
    {"Win32_Processor", "DeviceID"},
    {"Win32_Process", "Handle"},
    {"Win32_Service", "Name"},
    {"Win32_Volume", "DeviceID"},
};

/* 0, or -1: the key of the class is not known. */
static int key_find(const char *class_name, const char **key)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcasecmp(keys[i].class_name, class_name) == 0) {
            *key = keys[i].key;
            return 0;
        }
    }
    *key = "Name"; /* of every other raw performance class (shared/facts/windows.md) */
    return strncasecmp(class_name, "Win32_PerfRawData_", 18) == 0 ? 0 : -1;
}

static int file_read(const char *path, struct sim_bytes *bytes)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return -1;
    char piece[16384];
    for (size_t got;
         (got = fread(piece, 1, sizeof(piece), file)) > 0 && bytes->size < FILE_MAX_BYTES;)
        sim_bytes_add(bytes, piece, got);
    fclose(file);
    return bytes->failed || bytes->size == 0 || bytes->size >= FILE_MAX_BYTES ? -1 : 0;
}

/* ---- one element of one document ---- */

/* Whether the bytes use a prefix: in a tag, an attribute's name or the begin of an attribute's
 * value. */
static bool prefix_used(const char *bytes, size_t size, const char *prefix)
{
    char form[72];
    for (const char *before = "</ \"'\n\t"; *before != '\0'; before++) {
        snprintf(form, sizeof(form), "%c%.64s:", *before, prefix);
        if (memmem(bytes, size, form, strlen(form)) != NULL)
            return true;
    }
    return false;
}

static bool declared_on(const xmlNode *node, const xmlChar *prefix)
{
    for (const xmlNs *ns = node->nsDef; ns != NULL; ns = ns->next) {
        if (xmlStrEqual(ns->prefix, prefix))
            return true;
    }
    return false;
}

/* Declares, on the element, what it uses of its ancestors' declarations and the new envelope binds
 * otherwise. */
static void declarations_carry(struct sim_bytes *out, xmlNode *node, const char *bytes, size_t size)
{
    xmlNs **scope = node->parent == NULL ? NULL : xmlGetNsList(node->doc, node->parent);
    for (size_t i = 0; scope != NULL && scope[i] != NULL; i++) {
        const char *prefix = (const char *)scope[i]->prefix;
        const char *uri = (const char *)scope[i]->href;
        if (declared_on(node, scope[i]->prefix))
            continue;
        if (prefix == NULL) {
            sim_bytes_print(out, " xmlns=\"%s\"", uri);
            continue;
        }
        const char *bound = sim_envelope_namespace(prefix);
        bool same = bound != NULL && strcmp(bound, uri) == 0;
        if (!same && prefix_used(bytes, size, prefix))
            sim_bytes_print(out, " xmlns:%s=\"%s\"", prefix, uri);
    }
    xmlFree(scope);
}

/* The number of an element in document order, from 0. */
static size_t element_number(const xmlNode *target)
{
    size_t number = 0;
    const xmlNode *node = xmlDocGetRootElement(target->doc);
    while (node != NULL && node != target) {
        number += node->type == XML_ELEMENT_NODE ? 1 : 0;
        if (node->type == XML_ELEMENT_NODE && node->children != NULL) {
            node = node->children;
            continue;
        }
        while (node != NULL && node->next == NULL)
            node = node->parent;
        node = node == NULL ? NULL : node->next;
    }
    return number;
}

static char *value_of(xmlNode *node, const char *name)
{
    for (xmlNode *child = xmlFirstElementChild(node); child != NULL;
         child = xmlNextElementSibling(child)) {
        if (strcasecmp((const char *)child->name, name) != 0)
            continue;
        xmlChar *content = xmlNodeGetContent(child);
        char *value = content == NULL ? NULL : strdup((const char *)content);
        xmlFree(content);
        return value;
    }
    return NULL;
}

/* Whether the element is an instance: its namespace ends with its own name below one of the two URI
 * forms. */
static bool is_instance(const xmlNode *node, enum sim_form *form)
{
    if (node->ns == NULL)
        return false;
    const char *uri = (const char *)node->ns->href;
    const char *slash = strrchr(uri, '/');
    *form = strncmp(uri, SIM_DMTF_PREFIX, sizeof(SIM_DMTF_PREFIX) - 1) == 0 ? SIM_FORM_DMTF
                                                                            : SIM_FORM_WMI;
    return slash != NULL && strcmp(slash + 1, (const char *)node->name) == 0 &&
           (*form == SIM_FORM_DMTF ||
            strncmp(uri, SIM_WMI_PREFIX, sizeof(SIM_WMI_PREFIX) - 1) == 0);
}

static void recorded_free(struct sim_recorded *item)
{
    free(item->file);
    free(item->class_name);
    free(item->key_value);
    free(item->xml);
    *item = (struct sim_recorded){0};
}

static int item_add(struct sim_replies *replies, struct sim_recorded *item)
{
    struct sim_recorded *items = realloc(replies->items, (replies->count + 1) * sizeof(*items));
    if (items == NULL)
        return -1;
    replies->items = items;
    items[replies->count++] = *item;
    return 0;
}

/* Cuts the element out and indexes it as item, of which form and key are filled in. -1: no memory.
 */
static int element_lift(struct sim_replies *replies, const char *file, xmlNode *node,
                        const struct sim_bytes *bytes, const char *class_name,
                        struct sim_recorded item)
{
    struct sim_cut cut;
    if (sim_cutter_element(bytes->data, bytes->size, element_number(node), &cut) != 0) {
        recorded_free(&item);
        return 0;
    }
    struct sim_bytes xml = {0};
    sim_bytes_add(&xml, bytes->data + cut.begin, cut.name_end - cut.begin);
    declarations_carry(&xml, node, bytes->data + cut.begin, cut.end - cut.begin);
    sim_bytes_add(&xml, bytes->data + cut.name_end, cut.end - cut.name_end);
    item.file = strdup(file);
    item.class_name = strdup(class_name);
    item.xml = xml.data;
    item.xml_size = xml.size;
    if (xml.failed || item.file == NULL || item.class_name == NULL ||
        item_add(replies, &item) != 0) {
        recorded_free(&item);
        return -1;
    }
    return 0;
}

/* An instance without its key's value is passed over. */
static int instance_lift(struct sim_replies *replies, const char *file, xmlNode *node,
                         const struct sim_bytes *bytes)
{
    const char *name = (const char *)node->name;
    struct sim_recorded item = {0};
    if (!is_instance(node, &item.form) || key_find(name, &item.key_name) != 0)
        return 0;
    item.key_value = item.key_name == NULL ? NULL : value_of(node, item.key_name);
    if (item.key_name != NULL && item.key_value == NULL)
        return 0;
    return element_lift(replies, file, node, bytes, name, item);
}

/* A declaration in CIM-XML. */
static int class_lift(struct sim_replies *replies, const char *file, xmlNode *node,
                      const struct sim_bytes *bytes)
{
    xmlChar *name = xmlGetNoNsProp(node, (const xmlChar *)"NAME");
    int result = name == NULL ? 0
                              : element_lift(replies, file, node, bytes, (const char *)name,
                                             (struct sim_recorded){.form = SIM_FORM_SCHEMA});
    xmlFree(name);
    return result;
}

/* Looks below the Body for instances and declarations; what is inside an instance is not looked at.
 */
static int elements_lift(struct sim_replies *replies, const char *file, xmlNode *parent,
                         const struct sim_bytes *bytes)
{
    for (xmlNode *node = xmlFirstElementChild(parent); node != NULL;
         node = xmlNextElementSibling(node)) {
        enum sim_form form;
        bool container = strcmp((const char *)node->name, "Fault") != 0;
        bool declaration = node->ns == NULL && strcmp((const char *)node->name, "CLASS") == 0;
        int failed = declaration                ? class_lift(replies, file, node, bytes)
                     : is_instance(node, &form) ? instance_lift(replies, file, node, bytes)
                     : container                ? elements_lift(replies, file, node, bytes)
                                                : 0;
        if (failed != 0)
            return -1;
    }
    return 0;
}

static int document_lift(struct sim_replies *replies, const char *folder, const char *file)
{
    struct sim_bytes path = {0};
    struct sim_bytes bytes = {0};
    xmlDoc *doc = NULL;
    int result = 0;
    sim_bytes_print(&path, "%s/%s", folder, file);
    if (!path.failed && file_read(path.data, &bytes) == 0)
        doc = xmlReadMemory(bytes.data, (int)bytes.size, NULL, NULL,
                            XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (doc != NULL && doc->intSubset == NULL)
        result = elements_lift(replies, file, xmlDocGetRootElement(doc), &bytes);
    xmlFreeDoc(doc);
    sim_bytes_free(&bytes);
    sim_bytes_free(&path);
    return result;
}

/* ---- the folder ---- */

static int is_xml(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".xml") == 0;
}

struct sim_replies *sim_replies_load(const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_xml, alphasort);
    if (count < 0)
        return NULL;
    struct sim_replies *replies = calloc(1, sizeof(*replies));
    int failed = replies == NULL ? -1 : 0;
    for (int i = 0; i < count; i++) {
        if (failed == 0)
            failed = document_lift(replies, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (failed != 0) {
        sim_replies_free(replies);
        return NULL;
    }
    return replies;
}

static bool is_of(const struct sim_recorded *item, const char *prefix,
                  const struct sim_request *request)
{
    return item->form == request->form && strncmp(item->file, prefix, strlen(prefix)) == 0 &&
           strcasecmp(item->class_name, request->class_name) == 0;
}

const struct sim_recorded *sim_replies_find(const struct sim_replies *replies, const char *prefix,
                                            const struct sim_request *request,
                                            const char *key_value)
{
    const struct sim_recorded *found = NULL;
    for (size_t i = 0; i < replies->count; i++) {
        const struct sim_recorded *item = &replies->items[i];
        if (!is_of(item, prefix, request) || (item->key_value == NULL) != (key_value == NULL))
            continue;
        if (key_value == NULL || strcmp(item->key_value, key_value) == 0)
            return item;
        if (found == NULL && strcasecmp(item->key_value, key_value) == 0)
            found = item;
    }
    return found;
}

int sim_replies_key(const struct sim_replies *replies, const char *prefix,
                    const struct sim_request *request, const char **key_name)
{
    for (size_t i = 0; i < replies->count; i++) {
        if (is_of(&replies->items[i], prefix, request)) {
            *key_name = replies->items[i].key_name;
            return 0;
        }
    }
    return -1;
}

void sim_replies_free(struct sim_replies *replies)
{
    if (replies == NULL)
        return;
    for (size_t i = 0; i < replies->count; i++)
        recorded_free(&replies->items[i]);
    free(replies->items);
    free(replies);
}
