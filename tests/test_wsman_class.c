/* SPDX-License-Identifier: MIT */
#include "class_fixture.h"

#include "wsman/class_get.h"
#include "wsman/names.h"

/* ---- The recorded ones, as a second parser reads them ---- */

static const char *flavor(MI_Uint32 flags)
{
    bool final = (flags & MI_FLAG_DISABLEOVERRIDE) != 0;
    bool restricted = (flags & MI_FLAG_RESTRICTED) != 0;
    assert_int_equal((flags & MI_FLAG_ENABLEOVERRIDE) != 0, !final);
    assert_int_equal((flags & MI_FLAG_TOSUBCLASS) != 0, !restricted);
    assert_int_equal(flags & MI_FLAG_TRANSLATABLE, 0);
    if (final)
        return restricted ? "final restricted" : "final tosubclass";
    return restricted ? "override restricted" : "override tosubclass";
}

static void add_values(struct buf *out, const char *indent, MI_Type type, const MI_Value *value)
{
    for (MI_Uint32 i = 0; i < cim_value_count(type, value); i++) {
        MI_Value item;
        cim_value_item(type, value, i, &item);
        buf_add_text(out, indent);
        cim_value_print(out, type & ~MI_ARRAY, &item);
        buf_add_char(out, '\n');
    }
}

static void add_qualifiers(struct buf *out, const MI_QualifierSet *set)
{
    const MI_Char *name;
    MI_Type type;
    MI_Uint32 flags;
    MI_Value value;
    for (MI_Uint32 i = 0;
         MI_QualifierSet_GetQualifierAt(set, i, &name, &type, &flags, &value) == MI_RESULT_OK;
         i++) {
        buf_add_format(out, "  qualifier %s %s%s %s\n", name, cim_value_type_name(type),
                       type & MI_ARRAY ? "[]" : "", flavor(flags & ~MI_FLAG_NULL));
        if (!(flags & MI_FLAG_NULL))
            add_values(out, "    =", type, &value);
    }
}

static void add_class(struct buf *out, const MI_Class *schema)
{
    const MI_Char *name, *parent;
    MI_QualifierSet set;
    MI_Value value;
    MI_Boolean exists;
    MI_Type type;
    MI_Uint32 flags;
    MI_Class_GetClassName(schema, &name);
    MI_Class_GetParentClassName(schema, &parent);
    MI_Class_GetClassQualifierSet(schema, &set);
    buf_add_format(out, "class %s %s\n", name, parent != NULL ? parent : "-");
    add_qualifiers(out, &set);
    for (MI_Uint32 i = 0; MI_Class_GetElementAt(schema, i, &name, &value, &exists, &type, NULL,
                                                &set, &flags) == MI_RESULT_OK;
         i++) {
        buf_add_format(out, "property %s %s%s%s\n", name, cim_value_type_name(type),
                       type & MI_ARRAY ? "[]" : "", flags & MI_FLAG_KEY ? " key" : "");
        if (exists)
            add_values(out, "  default =", type, &value);
        add_qualifiers(out, &set);
    }
}

static void read_recorded(const char *path, size_t step, struct buf *out)
{
    struct wsman_reader *reader = wsman_reader_new(NULL, NULL);
    struct wsman_reply reply;
    struct err err = ERR_INIT;
    size_t count = 0;
    char *text = fixture_read(path, &count);
    assert_non_null(text);
    assert_int_equal(wsman_reader_begin(reader, NULL, &err), 0);
    wsman_reader_expect(reader, WSMAN_ANSWER_CLASS);
    for (size_t at = 0; at < count; at += step)
        assert_int_equal(
            wsman_reader_feed(reader, text + at, count - at < step ? count - at : step, &err), 0);
    assert_int_equal(wsman_reader_finish(reader, &reply, &err), 0);
    assert_null(cim_class_doubt(reply.schema));
    print_message("%s: %zu bytes of XML, %zu of memory\n", strrchr(path, '/') + 1, count,
                  cim_class_bytes(reply.schema));
    add_class(out, reply.schema);
    wsman_reply_drop(&reply);
    assert_null(reply.schema);
    wsman_reader_free(reader);
    free(text);
}

static char *ask_oracle(const char *path)
{
    char command[9000], piece[4096];
    struct buf out;
    size_t got;
    snprintf(command, sizeof command,
             "LC_ALL=C PYTHONUTF8=1 python3 '%s/tests/class_oracle.py' '%s'", fixture_source(),
             path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    buf_init(&out, FIXTURE_MAX_BYTES);
    while ((got = fread(piece, 1, sizeof piece, pipe)) > 0)
        buf_add(&out, piece, got);
    assert_int_equal(pclose(pipe), 0);
    assert_int_equal(buf_failed(&out, "the oracle's answer", NULL), 0);
    return out.data;
}

static void a_recorded_class_reads_as_a_second_parser_reads_it(void **state)
{
    static const char *const files[] = {"ps_03_Res_schema",
                                        "sam_Get_CLASS_Win32_OperatingSystem_body"};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[2048];
        struct buf out, dripped;
        snprintf(path, sizeof path, "%s/%s.xml", fixture_replies(), files[i]);
        buf_init(&out, FIXTURE_MAX_BYTES);
        buf_init(&dripped, FIXTURE_MAX_BYTES);
        read_recorded(path, FIXTURE_MAX_BYTES, &out);
        read_recorded(path, 1, &dripped);
        char *oracle = ask_oracle(path);
        assert_string_equal(buf_text(&out), oracle);
        assert_string_equal(buf_text(&dripped), oracle);
        assert_true(strlen(oracle) > 1500);
        free(oracle);
        buf_free(&out);
        buf_free(&dripped);
    }
}

/* ---- What is told apart ---- */

static void types_arrays_references_and_defaults_are_read(void **state)
{
    (void)state;
    MI_Class *schema = class_read(
        "<CLASS NAME=\"X\"><PROPERTY NAME=\"A\" TYPE=\"uint16\"><VALUE> 7 </VALUE></PROPERTY>"
        "<PROPERTY.ARRAY NAME=\"B\" TYPE=\"sint8\"><VALUE.ARRAY><VALUE>-1</VALUE><VALUE>2</VALUE>"
        "</VALUE.ARRAY></PROPERTY.ARRAY>"
        "<PROPERTY.REFERENCE NAME=\"C\" REFERENCECLASS=\"CIM_Thing\"></PROPERTY.REFERENCE>"
        "<PROPERTY NAME=\"D\" TYPE=\"string\" EmbeddedObject=\"instance\"/>"
        "<PROPERTY NAME=\"E\" TYPE=\"real64\"/></CLASS>");
    static const MI_Type types[] = {MI_UINT16, MI_SINT8A, MI_REFERENCE, MI_INSTANCE, MI_REAL64};
    MI_Value value;
    MI_Boolean exists;
    MI_Char *referred;
    for (MI_Uint32 i = 0; i < 5; i++)
        assert_int_equal(cim_class_property(schema, i)->type, types[i]);
    MI_Class_GetElement(schema, "a", &value, &exists, NULL, &referred, NULL, NULL, NULL);
    assert_int_equal(exists, MI_TRUE);
    assert_int_equal(value.uint16, 7);
    assert_null(referred);
    MI_Class_GetElement(schema, "B", &value, &exists, NULL, NULL, NULL, NULL, NULL);
    assert_int_equal(value.sint8a.size, 2);
    assert_int_equal(value.sint8a.data[0], -1);
    MI_Class_GetElement(schema, "c", NULL, &exists, NULL, &referred, NULL, NULL, NULL);
    assert_int_equal(exists, MI_FALSE);
    assert_string_equal(referred, "CIM_Thing");
    assert_null(cim_class_doubt(schema));
    MI_Class_Delete(schema);
}

static void methods_and_what_is_unknown_are_passed_over(void **state)
{
    (void)state;
    MI_Class *schema = class_read(
        "<CLASS NAME=\"X\"><FUTURE><PROPERTY NAME=\"no\" TYPE=\"string\"/></FUTURE>"
        "<PROPERTY NAME=\"A\" TYPE=\"string\"><FUTURE>text</FUTURE></PROPERTY>"
        "<METHOD NAME=\"M\" TYPE=\"uint32\"><QUALIFIER NAME=\"Static\" TYPE=\"boolean\"><VALUE>TRUE"
        "</VALUE></QUALIFIER><PARAMETER NAME=\"P\" TYPE=\"string\"/></METHOD></CLASS>");
    MI_Uint32 count;
    MI_QualifierSet set;
    MI_Class_GetElementCount(schema, &count);
    assert_int_equal(count, 1);
    MI_Class_GetClassQualifierSet(schema, &set);
    MI_QualifierSet_GetQualifierCount(&set, &count);
    assert_int_equal(count, 0);
    MI_Class_Delete(schema);
}

/* Names are what counts; no sentence of any language is looked at. */
static void a_class_in_another_language_says_the_same(void **state)
{
    (void)state;
    MI_Class *schema = class_read(
        "<CLASS NAME=\"X\"><QUALIFIER NAME=\"Singleton\" TYPE=\"boolean\"><VALUE>TRUE</VALUE>"
        "</QUALIFIER><QUALIFIER NAME=\"DisplayName\" TYPE=\"string\" TRANSLATABLE=\"true\"><VALUE>"
        "\xe5\xa4\x84\xe7\x90\x86\xe5\x99\xa8</VALUE></QUALIFIER>"
        "<PROPERTY NAME=\"Zeit\" TYPE=\"uint64\"><QUALIFIER NAME=\"Description\" TYPE=\"string\">"
        "<VALUE>Z\xc3\xa4hler: wahr &lt;oder&gt; falsch</VALUE></QUALIFIER>"
        "<QUALIFIER NAME=\"countertype\" TYPE=\"uint32\"><VALUE>542180608</VALUE></QUALIFIER>"
        "<QUALIFIER NAME=\"Units\" TYPE=\"string\"><VALUE>Kilooctets</VALUE></QUALIFIER>"
        "<QUALIFIER NAME=\"Base\" TYPE=\"string\"><VALUE>Zeit_Base</VALUE></QUALIFIER></PROPERTY>"
        "</CLASS>");
    const struct cim_property *property = class_find(schema, "ZEIT");
    assert_true(cim_class_is_singleton(schema));
    assert_true(property->is_counter);
    assert_int_equal(property->counter_type, 542180608);
    assert_string_equal(property->units, "Kilooctets");
    assert_string_equal(property->base, "Zeit_Base");
    assert_null(cim_class_doubt(schema));
    MI_Class_Delete(schema);
}

/* ---- What is not as it should be ---- */

static void a_class_that_is_odd_is_kept_with_a_doubt(void **state)
{
    static const struct {
        const char *body, *doubt;
    } rows[] = {
        {"<CLASS NAME=\"X\"><PROPERTY NAME=\"A\" TYPE=\"object\"/></CLASS>",
         "property A has the type \"object\", which is none: it is read as text"},
        {"<CLASS NAME=\"X\"><PROPERTY NAME=\"A\"/></CLASS>",
         "property A has the type \"\", which is none: it is read as text"},
        {"<CLASS NAME=\"X\"><PROPERTY NAME=\"A\" TYPE=\"uint8\"><VALUE>300</VALUE></PROPERTY>"
         "</CLASS>",
         "the default of property A is no uint8"},
        {"<CLASS NAME=\"X\"><QUALIFIER NAME=\"Q\" TYPE=\"sint32\"><VALUE>x</VALUE></QUALIFIER>"
         "</CLASS>",
         "qualifier Q is no sint32"},
        {"<CLASS NAME=\"X\"><QUALIFIER NAME=\"Q\"><VALUE>x</VALUE></QUALIFIER></CLASS>",
         "qualifier Q has the type \"\", which is none: it is read as text"},
        {"<CLASS NAME=\"X\">" CLASS_COUNTER("A", "string", "65536") "</CLASS>",
         "the CounterType of property A is of no use: \"65536\" on a string"},
        {"<CLASS NAME=\"X\">" CLASS_COUNTER("A", "uint32", "PERF_COUNTER_RAWCOUNT") "</CLASS>",
         "qualifier CounterType is no sint32"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MI_Class *schema = class_read(rows[i].body);
        const struct cim_property *property = class_find(schema, "A");
        assert_string_equal(cim_class_doubt(schema), rows[i].doubt);
        assert_true(property == NULL || (!property->is_counter && property->default_value == NULL));
        MI_Class_Delete(schema);
    }
}

static void a_class_that_lies_is_refused_with_a_sentence(void **state)
{
    static const struct {
        const char *body, *sentence;
    } rows[] = {
        {"<CLASS NAME=\"X\"><PROPERTY NAME=\"Ab\" TYPE=\"string\"/><PROPERTY NAME=\"aB\" "
         "TYPE=\"uint8\"/></CLASS>",
         "class X declares property Ab twice"},
        {"<CLASS NAME=\"X\"><PROPERTY NAME=\"A\" TYPE=\"string\"><QUALIFIER NAME=\"key\" "
         "TYPE=\"boolean\"/><QUALIFIER NAME=\"KEY\" TYPE=\"boolean\"/></PROPERTY></CLASS>",
         "a second qualifier key of one element of class X"},
        {"<CLASS NAME=\"X\"><PROPERTY TYPE=\"string\"/></CLASS>",
         "a property with the name \"\", which is none"},
        {"<CLASS NAME=\"X\"><QUALIFIER TYPE=\"string\"/></CLASS>",
         "a qualifier with the name \"\", which is none"},
        {"<CLASS/>", "a CLASS without a legal NAME"},
        {"<CLASS NAME=\"X\"><PROPERTY NAME=\"a&#10;b\" TYPE=\"string\"/></CLASS>",
         "a property with the name \"a"},
        {"<CLASS NAME=\"X Y\"/>", "a CLASS without a legal NAME"},
        {"<CLASS NAME=\"X\"/><CLASS NAME=\"X\"/>", "a second element in the Body: CLASS"},
        {"<CLASS NAME=\"X\"><PROPERTY NAME=\"A\" TYPE=\"string\"/><QUALIFIER NAME=\"Q\" "
         "TYPE=\"string\"/></CLASS>",
         "a QUALIFIER of the class after what it describes"},
        {"<CLASS NAME=\"X\"><PROPERTY NAME=\"A\" TYPE=\"string\"><VALUE/><QUALIFIER NAME=\"Q\" "
         "TYPE=\"string\"/></PROPERTY></CLASS>",
         "a QUALIFIER of a property after what it describes"},
        {"<CLASS NAME=\"X\"><PROPERTY NAME=\"A\" TYPE=\"string\"><VALUE/><VALUE/></PROPERTY>"
         "</CLASS>",
         "a second value of a property"},
        {"<CLASS NAME=\"X\"><QUALIFIER NAME=\"Q\" TYPE=\"string\"><VALUE/><VALUE.ARRAY/>"
         "</QUALIFIER></CLASS>",
         "a second value of Q"},
        {"<CLASS NAME=\"X\"><QUALIFIER NAME=\"Q\" TYPE=\"string\"><VALUE>a<b/></VALUE></QUALIFIER>"
         "</CLASS>",
         "VALUE mixes text and elements"},
        {"<CLASS NAME=\"X\">text</CLASS>", "text"},
        {"<p:X xmlns:p=\"u\"/>", "the Body holds X, not a class"},
        {"<CLASS xmlns=\"u\" NAME=\"X\"/>", "the Body holds CLASS, not a class"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MI_Class *schema = NULL;
        struct err err = ERR_INIT;
        assert_int_equal(class_parse(rows[i].body, &schema, &err), -1);
        assert_int_equal(err.kind, ERR_PROTOCOL);
        if (strstr(err.text, rows[i].sentence) == NULL)
            fail_msg("\"%s\" says: %s", rows[i].body, err.text);
    }
}

/* ---- What is too much ---- */

static void assert_limit(const struct buf *body, const char *sentence)
{
    MI_Class *schema = NULL;
    struct err err = ERR_INIT;
    assert_int_equal(buf_failed(body, "body", NULL), 0);
    assert_int_equal(class_parse(buf_text(body), &schema, &err), -1);
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_non_null(strstr(err.text, sentence));
}

static void a_class_that_is_too_much_is_refused_with_the_limit(void **state)
{
    struct buf body;
    (void)state;
    buf_init(&body, FIXTURE_MAX_BYTES);
    buf_add_text(&body, "<CLASS NAME=\"X\"><QUALIFIER NAME=\"Q\" TYPE=\"string\"><VALUE.ARRAY>");
    for (int i = 0; i < 1100; i++)
        buf_add_format(&body, "<VALUE>%010000d</VALUE>", i);
    buf_add_text(&body, "</VALUE.ARRAY></QUALIFIER></CLASS>");
    assert_true(body.size_bytes > 10 * 1000 * 1000);
    assert_limit(&body, "the reply is larger than 4194304 bytes");

    buf_reset(&body);
    buf_add_text(&body, "<CLASS NAME=\"X\">");
    for (int i = 0; i < CIM_CLASS_MAX_PROPERTIES; i++)
        buf_add_format(&body, "<PROPERTY NAME=\"P%d\" TYPE=\"string\"/>", i);
    size_t allowed = body.size_bytes;
    buf_add_text(&body, "<PROPERTY NAME=\"Q\" TYPE=\"string\"/></CLASS>");
    assert_limit(&body, "class X has more than 2048 properties");
    body.size_bytes = allowed;
    buf_add_text(&body, "</CLASS>");
    MI_Class *schema = class_read(buf_text(&body));
    assert_string_equal(class_find(schema, "p2047")->name, "P2047");
    assert_null(class_find(schema, "P2048"));
    MI_Class_Delete(schema);

    buf_reset(&body);
    buf_add_text(&body, "<CLASS NAME=\"X\">");
    for (int i = 0; i < 65; i++)
        buf_add_format(&body, "<QUALIFIER NAME=\"Q%d\" TYPE=\"string\"/>", i);
    buf_add_text(&body, "</CLASS>");
    assert_limit(&body, "more than 64 qualifiers of one element of class X");

    buf_reset(&body);
    buf_add_text(&body, "<CLASS NAME=\"X\">");
    for (int i = 0; i < 30; i++)
        buf_add_format(&body,
                       "<QUALIFIER NAME=\"Q%d\" TYPE=\"string\"><VALUE>%0100000d</VALUE>"
                       "</QUALIFIER>",
                       i, i);
    buf_add_text(&body, "</CLASS>");
    assert_limit(&body, "class X takes more than 2097152 bytes");
    buf_free(&body);
}

/* ---- The reader's other business ---- */

static void a_reader_takes_classes_and_instances_in_turn(void **state)
{
    struct wsman_reader *reader = wsman_reader_new(NULL, NULL);
    struct wsman_reply reply;
    struct err err = ERR_INIT;
    const char *class_text = CLASS_HEAD "<CLASS NAME=\"X\"/>" CLASS_TAIL;
    const char *instance_text = CLASS_HEAD "<p:X xmlns:p=\"u\"><p:A>1</p:A></p:X>" CLASS_TAIL;
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(wsman_reader_begin(reader, NULL, &err), 0);
        wsman_reader_expect(reader, WSMAN_ANSWER_CLASS);
        assert_int_equal(wsman_reader_feed(reader, class_text, strlen(class_text), &err), 0);
        if (i == 1) /* abandoned: the next begin frees it */
            continue;
        assert_int_equal(wsman_reader_finish(reader, &reply, &err), 0);
        wsman_reply_drop(&reply);
        assert_int_equal(fixture_parse(reader, instance_text, &reply, &err), 0);
        assert_int_equal(reply.kind, WSMAN_REPLY_INSTANCE);
        assert_null(reply.schema);
        fixture_drop(&reply);
    }
    assert_int_equal(fixture_parse(reader, class_text, &reply, &err), -1);
    assert_non_null(strstr(err.text, "the Body holds CLASS, not an instance"));
    wsman_reader_free(reader);
}

/* ---- The request ---- */

#define UUID "4ED2993C-4339-4E99-81FC-C2FD3812781A"

static int write_get(const char *namespace_name, const char *class_name, struct buf *out,
                     struct err *err)
{
    struct wsman_class_get get = {
        .request = {.to_url = "http://host:5985/wsman",
                    .message_id = UUID,
                    .operation_timeout_ms = 60000,
                    .locale = "en-US",
                    .data_locale = "en-US"},
        .namespace_name = namespace_name,
        .class_name = class_name,
    };
    buf_init(out, 65536);
    return wsman_class_get_write(out, &get, err);
}

/* Selectors and options as in shared/replies/requests/03_Req_schema, less what is PowerShell's. */
static void a_request_asks_for_qualifiers_and_inherited_properties(void **state)
{
    struct buf out;
    struct err err = ERR_INIT;
    (void)state;
    assert_int_equal(write_get("root\\cimv2", "Win32_DiskDrive", &out, &err), 0);
    const char *text = buf_text(&out);
    assert_non_null(strstr(text, "<w:ResourceURI s:mustUnderstand=\"true\">"
                                 "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*<"));
    assert_non_null(strstr(text, "transfer/Get</a:Action>"));
    assert_non_null(strstr(text, "<w:SelectorSet><w:Selector Name=\"__cimnamespace\">root/cimv2"
                                 "</w:Selector><w:Selector Name=\"ClassName\">Win32_DiskDrive"
                                 "</w:Selector></w:SelectorSet><w:OptionSet "));
    assert_non_null(strstr(
        text, "<w:Option Name=\"IncludeInheritedElements\" Type=\"xs:boolean\">true</w:Option>"
              "<w:Option Name=\"IncludeQualifiers\" Type=\"xs:boolean\">true</w:Option>"
              "</w:OptionSet><w:OperationTimeout>PT60.000S</w:OperationTimeout></s:Header>"
              "<s:Body></s:Body>"));
    buf_free(&out);
    assert_int_equal(write_get(NULL, "X", &out, &err), 0);
    assert_null(strstr(buf_text(&out), "__cimnamespace"));
    buf_free(&out);
}

static void a_request_for_no_class_is_not_written(void **state)
{
    static const struct {
        const char *space, *name;
    } rows[] = {
        {"root/cimv2", ""},
        {"root/cimv2", "*"},
        {"root/cimv2", "X<"},
        {"root/cimv2", "a b"},
        {"//server/root", "X"},
        {"root/cimv2?", "X"},
        {"", "X"},
        {"root/cimv2", "\xc3\xa9"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out;
        struct err err = ERR_INIT;
        assert_int_equal(write_get(rows[i].space, rows[i].name, &out, &err), -1);
        assert_int_equal(err.kind, ERR_CONFIG);
        assert_int_equal(out.size_bytes, 0);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_class_reads_as_a_second_parser_reads_it),
        cmocka_unit_test(types_arrays_references_and_defaults_are_read),
        cmocka_unit_test(methods_and_what_is_unknown_are_passed_over),
        cmocka_unit_test(a_class_in_another_language_says_the_same),
        cmocka_unit_test(a_class_that_is_odd_is_kept_with_a_doubt),
        cmocka_unit_test(a_class_that_lies_is_refused_with_a_sentence),
        cmocka_unit_test(a_class_that_is_too_much_is_refused_with_the_limit),
        cmocka_unit_test(a_reader_takes_classes_and_instances_in_turn),
        cmocka_unit_test(a_request_asks_for_qualifiers_and_inherited_properties),
        cmocka_unit_test(a_request_for_no_class_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
