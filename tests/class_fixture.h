/* SPDX-License-Identifier: MIT */
/*
 * What tests of class declarations share: reading one from CIM-XML, and one of our own. Header
 * only.
 */
#ifndef CLASS_FIXTURE_H
#define CLASS_FIXTURE_H

#include "wsman_fixture.h"

#include "cim/class.h"

#define CLASS_HEAD                                                                          \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header></s:Header>" \
    "<s:Body>"
#define CLASS_TAIL "</s:Body></s:Envelope>"

/* A performance class, as WmiSdk's pages on the qualifiers of performance classes describe one. */
#define CLASS_COUNTER(n, t, c)                                                 \
    "<PROPERTY NAME=\"" n "\" TYPE=\"" t "\"><QUALIFIER NAME=\"CounterType\" " \
    "TYPE=\"sint32\"><VALUE>" c "</VALUE></QUALIFIER></PROPERTY>"
#define CLASS_KEY(n)                                                    \
    "<PROPERTY NAME=\"" n "\" TYPE=\"string\"><QUALIFIER NAME=\"key\" " \
    "TYPE=\"boolean\"><VALUE>TRUE</VALUE></QUALIFIER></PROPERTY>"

static inline int class_parse(const char *body, MI_Class **schema, struct err *err)
{
    struct wsman_reader *reader = wsman_reader_new(NULL, NULL);
    struct wsman_reply reply;
    struct buf text;
    int rc = -1;
    assert_non_null(reader);
    buf_init(&text, FIXTURE_MAX_BYTES);
    buf_add_text(&text, CLASS_HEAD);
    buf_add_text(&text, body);
    buf_add_text(&text, CLASS_TAIL);
    err_clear(err);
    assert_int_equal(wsman_reader_begin(reader, NULL, err), 0);
    wsman_reader_expect(reader, WSMAN_ANSWER_CLASS);
    if (wsman_reader_feed(reader, text.data, text.size_bytes, err) == 0 &&
        wsman_reader_finish(reader, &reply, err) == 0) {
        rc = 0;
        assert_int_equal(reply.kind, WSMAN_REPLY_CLASS);
        assert_null(reply.instance);
        *schema = reply.schema;
    }
    buf_free(&text);
    wsman_reader_free(reader);
    return rc;
}

/* New: free with MI_Class_Delete. */
static inline MI_Class *class_read(const char *body)
{
    MI_Class *schema = NULL;
    struct err err = ERR_INIT;
    if (class_parse(body, &schema, &err) != 0)
        fail_msg("%s", err.text);
    return schema;
}

static inline const struct cim_property *class_find(const MI_Class *schema, const char *name)
{
    return cim_class_find(schema, name, strlen(name));
}

#endif
