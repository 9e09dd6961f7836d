/* SPDX-License-Identifier: MIT */
/* Faults: the input is a reply, or, where it does not begin as one, what stands in an s:Fault. What
 * comes out is fit for a log, and a known MI_Result. */
#include "fuzz.h"
#include "wsman/reader.h"

#define HEAD                                                             \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "   \
    "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "      \
    "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\" "        \
    "xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" "  \
    "xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd\" "   \
    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><s:Header>" \
    "<s:NotUnderstood qname=\"w:X\"/></s:Header><s:Body><s:Fault>"
#define TAIL "</s:Fault></s:Body></s:Envelope>"

static bool is_result(unsigned result)
{
    return result >= MI_RESULT_FAILED && result <= MI_RESULT_SERVER_IS_SHUTTING_DOWN &&
           result != 18 && result != 19;
}

/* A text of the struct: it ends inside its room and fits a log. */
#define check_text(text) require(memchr((text), '\0', sizeof(text)) != NULL && fuzz_is_line(text))

static void check_fault(const struct wsman_fault *fault)
{
    static const unsigned statuses[] = {0, 200, 400, 401, 403, 404, 413, 500, 503, 999};
    check_text(fault->code);
    check_text(fault->subcode);
    check_text(fault->fault_detail);
    check_text(fault->sentence);
    check_text(fault->provider);
    check_text(fault->not_understood);
    check_text(fault->message_id);
    check_text(fault->error_type);
    require(fault->sentence[0] != '\0');
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        require(is_result(wsman_fault_result(fault, statuses[i])));
        require((unsigned)wsman_fault_category(fault, statuses[i]) <= MI_ERRORCATEGORY_NOT_ENABLED);
    }
    uint32_t code = wsman_fault_code(fault);
    require(fault->inner_code == 0 || code == fault->inner_code);
    require(fault->inner_code != 0 || fault->outer_code == 0 || code == fault->outer_code);
    require(!wsman_fault_is_timeout(fault) || code == 0x80338029u ||
            strcmp(fault->subcode, "TimedOut") == 0);
}

static int feed(struct wsman_reader *reader, const uint8_t *bytes, size_t count, struct err *err)
{
    bool whole = count > 0 && bytes[0] == '<' &&
                 (memmem(bytes, count, ":Envelope", 9) != NULL ||
                  memmem(bytes, count, "<Envelope", 9) != NULL);
    if (whole)
        return wsman_reader_feed(reader, bytes, count, err);
    if (wsman_reader_feed(reader, HEAD, sizeof HEAD - 1, err) != 0 ||
        wsman_reader_feed(reader, bytes, count, err) != 0)
        return -1;
    return wsman_reader_feed(reader, TAIL, sizeof TAIL - 1, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct wsman_reply reply;
    struct err err = ERR_INIT;
    struct wsman_reader *reader = wsman_reader_new(NULL, NULL);
    require(reader != NULL && wsman_reader_begin(reader, NULL, NULL) == 0);
    if (feed(reader, bytes, count, &err) != 0 || wsman_reader_finish(reader, &reply, &err) != 0)
        fuzz_require_failure(&err);
    else if (reply.kind == WSMAN_REPLY_FAULT)
        check_fault(&reply.fault);
    else
        MI_Instance_Delete(reply.instance);
    wsman_reader_free(reader);
    return 0;
}
