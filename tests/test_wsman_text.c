/* SPDX-License-Identifier: MIT */
/* Characters into XML, sentences out of it, and the text of a uuid. */
#include "wsman_fixture.h"

#include "wsman/text.h"
#include "wsman/uuid.h"

static void text_is_escaped_for_content_and_attributes_alike(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, FIXTURE_MAX_BYTES);
    wsman_text_write(&out, "a&b<c>d\"e'f\tg\nh\ri");
    assert_string_equal(buf_text(&out), "a&amp;b&lt;c&gt;d&quot;e'f&#9;g&#10;h&#13;i");
    buf_free(&out);
}

static void only_what_xml_can_carry_passes(void **state)
{
    (void)state;
    static const char *const good[] = {
        "",
        "a\t\n\r ",
        "\x7f",
        "\xc2\x80",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xef\xbf\xbd",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf",
    };
    static const char *const broken[] = {
        "\x80",
        "\xbf",
        "\xc0\xaf",
        "\xc1\xbf",
        "\xc2",
        "\xc2\x61",
        "\xe0\x9f\xbf",
        "\xe2\x82",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xff",
        "a\xfe",
    };
    static const char *const control[] = {"\x01", "a\x08",        "\x0b",
                                          "\x1f", "\xef\xbf\xbe", "\xef\xbf\xbf"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_null(wsman_text_refusal(good[i]));
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        assert_string_equal(wsman_text_refusal(broken[i]), "is not UTF-8");
    for (size_t i = 0; i < sizeof control / sizeof control[0]; i++)
        assert_string_equal(wsman_text_refusal(control[i]),
                            "holds a control character that XML cannot carry");
}

static void white_space_folds_and_long_texts_are_cut_between_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        const char *folded;
    } rows[] = {
        {"", 8, ""},
        {" \n\t ", 8, ""},
        {"  a \r\n  b  ", 8, "a b"},
        {"abcdefg", 8, "abcdefg"},
        {"abcdefgh", 8, "abcdefg"},
        {"abcdef h", 8, "abcdef"},
        {"abcdef\xc3\xa4", 8, "abcdef"},
        {"abcde\xc3\xa4", 8, "abcde\xc3\xa4"},
        {"abcd\xf0\x9f\x98\x80", 8, "abcd"},
        {"\xf0\x9f\x98\x80", 2, ""},
        {"\x7f"
         "a\x7f\xc2\x9b\xc2\x80 b\xc2\x9f",
         8, "a b"},
        {"\xc2\xa0", 8, "\xc2\xa0"},
        {"abc", 1, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *out = malloc(rows[i].size); /* so that a sanitizer sees its end */
        wsman_text_fold(out, rows[i].size, rows[i].text, strlen(rows[i].text));
        assert_string_equal(out, rows[i].folded);
        free(out);
    }
}

static void a_uuid_is_of_version_4_whatever_the_bytes(void **state)
{
    (void)state;
    uint8_t bytes[16];
    char text[WSMAN_UUID_CHARS + 1];
    memset(bytes, 0, sizeof bytes);
    wsman_uuid_write(bytes, text);
    assert_string_equal(text, "00000000-0000-4000-8000-000000000000");
    memset(bytes, 0xff, sizeof bytes);
    wsman_uuid_write(bytes, text);
    assert_string_equal(text, "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF");
    for (uint8_t i = 0; i < 16; i++)
        bytes[i] = (uint8_t)(i * 17);
    wsman_uuid_write(bytes, text);
    assert_string_equal(text, "00112233-4455-4677-8899-AABBCCDDEEFF");
}

static void uuids_are_equal_in_any_letters_and_behind_their_prefixes(void **state)
{
    (void)state;
    static const char uuid[] = "00112233-4455-4677-8899-AABBCCDDEEFF";
    static const char *const same[] = {
        "uuid:00112233-4455-4677-8899-AABBCCDDEEFF",
        "uuid:00112233-4455-4677-8899-aabbccddeeff",
        "urn:uuid:00112233-4455-4677-8899-aabbccddeeff",
        " \n UUID:00112233-4455-4677-8899-AABBCCDDEEFF\t",
        "00112233-4455-4677-8899-AABBCCDDEEFF",
    };
    static const char *const other[] = {
        "",
        "uuid:",
        "uuid:00112233-4455-4677-8899-AABBCCDDEEF",
        "uuid:00112233-4455-4677-8899-AABBCCDDEEFFF",
        "uuid:00112233-4455-4677-8899-AABBCCDDEEFE",
        "uuid:{00112233-4455-4677-8899-AABBCCDDEEFF}",
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        assert_true(wsman_uuid_equal(uuid, same[i], strlen(same[i])));
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        assert_false(wsman_uuid_equal(uuid, other[i], strlen(other[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_escaped_for_content_and_attributes_alike),
        cmocka_unit_test(only_what_xml_can_carry_passes),
        cmocka_unit_test(white_space_folds_and_long_texts_are_cut_between_characters),
        cmocka_unit_test(a_uuid_is_of_version_4_whatever_the_bytes),
        cmocka_unit_test(uuids_are_equal_in_any_letters_and_behind_their_prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
