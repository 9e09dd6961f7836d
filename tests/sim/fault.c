/* SPDX-License-Identifier: MIT */
#include "sim/fault.h"

#include "sim/envelope.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DETAIL "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"

/* Where the fault arises: the service itself, or the WMI provider below it, which adds a
 * ProviderFault. */
enum origin { SERVICE, PROVIDER };

struct row {
    uint32_t code;
    const char *blame; /* Sender or Receiver */
    const char *subcode;
    const char *detail;  /* after .../faultDetail/; NULL: none */
    unsigned cim_status; /* the MI_Result of shared/facts/wire.md 3 */
    enum origin origin;
    const char *sentence;
};

/* clang-format off: one row a fault */
static const struct row rows[] = {
    {0x80338000, "Sender", "a:DestinationUnreachable", "InvalidResourceURI", 6, PROVIDER,
     "The resource that the URI and the selectors name was not found."},
    {0x80338002, "Sender", "a:DestinationUnreachable", "InvalidResourceURI", 4, SERVICE,
     "The resource URI is missing."},
    {0x8033800F, "Sender", "a:InvalidMessageInformationHeader", NULL, 4, SERVICE,
     "A header of the request is not valid."},
    {0x80338011, "Sender", "a:MessageInformationHeaderRequired", NULL, 4, SERVICE,
     "A header that every request must have is missing."},
    {0x80338013, "Sender", "a:ActionNotSupported", NULL, 7, SERVICE,
     "The action is not supported."},
    {0x80338018, "Sender", "n:FilteringNotSupported", NULL, 7, SERVICE,
     "Filters are not supported by this resource."},
    {0x80338019, "Sender", "n:FilterDialectRequestedUnavailable", NULL, 14, SERVICE,
     "The dialect of the filter is not supported."},
    {0x8033801A, "Sender", "n:CannotProcessFilter", NULL, 15, PROVIDER,
     "The filter could not be processed."},
    {0x8033801B, "Receiver", "n:InvalidEnumerationContext", NULL, 21, SERVICE,
     "The enumeration context is not valid."},
    {0x80338029, "Receiver", "w:TimedOut", NULL, 1, SERVICE,
     "The operation did not complete within its OperationTimeout."},
    {0x80338035, "Sender", "w:EncodingLimit", "MinimumEnvelopeLimit", 27, SERVICE,
     "The envelope size that the request allows is below 8192 octets."},
    {0x80338039, "Sender", "w:InvalidOptions", NULL, 4, SERVICE,
     "An option that must be complied with is not supported."},
    {0x8033803B, "Sender", "a:DestinationUnreachable", "InvalidResourceURI", 5, PROVIDER,
     "The resource URI names no class."},
    {0x8033803D, "Sender", "w:InvalidSelectors", NULL, 4, SERVICE, "The selectors are not valid."},
    {0x8033803F, "Sender", "w:QuotaLimit", NULL, 27, SERVICE,
     "The service is busy with other requests."},
    {0x80338041, "Sender", "w:SchemaValidationError", NULL, 4, SERVICE,
     "The message is not a SOAP envelope with the expected content."},
    {0x80338048, "Sender", "w:EncodingLimit", "MaxEnvelopeSize", 27, SERVICE,
     "The reply is larger than the envelope size that the request allows."},
    {0x8033805A, "Sender", "w:InvalidSelectors", "InsufficientSelectors", 4, SERVICE,
     "A key of the class is missing among the selectors."},
    {0x8033805B, "Sender", "w:InvalidSelectors", "UnexpectedSelectors", 4, SERVICE,
     "The request has selectors that the resource does not have."},
    {0x8033805D, "Sender", "w:InvalidSelectors", NULL, 4, SERVICE,
     "A selector has a value that is not valid."},
    {0x8033805F, "Sender", "w:InvalidSelectors", "DuplicateSelectors", 4, SERVICE,
     "A selector appears twice."},
    {0x80338076, "Sender", "w:UnsupportedFeature", "AddressingMode", 7, SERVICE,
     "Only the anonymous reply address is supported."},
    {0x80338077, "Sender", "w:UnsupportedFeature", "FragmentLevelAccess", 7, SERVICE,
     "Fragment transfer is not supported."},
    {0x80338081, "Sender", "w:SchemaValidationError", NULL, 4, SERVICE,
     "The OperationTimeout is not a duration."},
    {0x80338086, "Sender", "w:UnsupportedFeature", "EnumerationMode", 7, SERVICE,
     "The enumeration mode is not supported."},
    {0x80338087, "Sender", "w:UnsupportedFeature", "Locale", 7, SERVICE,
     "A locale cannot be guaranteed: mustUnderstand must be false there."},
    {0x803380FA, "Sender", "a:DestinationUnreachable", "InvalidResourceURI", 4, PROVIDER,
     "The resource URI has no keys, but the class is no singleton."},
    {0x803380FB, "Sender", "a:DestinationUnreachable", "InvalidResourceURI", 4, PROVIDER,
     "A query is asked of all classes: the class in the resource URI must be a star."},
    {0x80338102, "Sender", "w:UnsupportedFeature", NULL, 7, PROVIDER,
     "The provider is not capable of the operation."},
    {0x80338104, "Sender", "w:AccessDenied", NULL, 2, PROVIDER,
     "Access to the namespace is denied."},
    {0x80338108, "Sender", "w:InvalidSelectors", NULL, 4, PROVIDER,
     "The resource of an enumeration has no keys."},
    {0x80338139, "Sender", "a:DestinationUnreachable", "InvalidResourceURI", 5, PROVIDER,
     "A DMTF resource URI names a class that is not of the DMTF."},
    {0x8033813B, "Sender", "w:InvalidSelectors", NULL, 4, SERVICE,
     "The resource URI and __cimnamespace both name a namespace."},
    {0x803381A5, "Sender", "w:QuotaLimit", NULL, 27, SERVICE,
     "The user has too many shells at once."},
    {0x803381A6, "Receiver", "w:InternalError", NULL, 27, SERVICE,
     "The user has too many operations at once."},
    {0x803381AD, "Sender", "w:InternalError", NULL, 4, SERVICE,
     "A Pull must say the same MaxEnvelopeSize and MaxElements as its Enumerate."},
    {0x803381DD, "Sender", "w:AccessDenied", NULL, 2, SERVICE,
     "Remote access to the service is disabled."},
    {0x80041002, "Sender", "a:DestinationUnreachable", "InvalidResourceURI", 6, PROVIDER,
     "The instance was not found."},
    {0x80041003, "Sender", "w:AccessDenied", NULL, 2, PROVIDER, "Access is denied."},
    {0x8004100E, "Sender", "a:DestinationUnreachable", "InvalidResourceURI", 3, PROVIDER,
     "The namespace does not exist."},
    {0x80041010, "Sender", "a:DestinationUnreachable", "InvalidResourceURI", 5, PROVIDER,
     "The class does not exist."},
    {0x80041017, "Sender", "n:CannotProcessFilter", NULL, 15, PROVIDER, "The query is not valid."},
    {0x80041033, "Receiver", "w:InternalError", NULL, 28, PROVIDER,
     "The service is shutting down."},
    {0x80070005, "Sender", "w:AccessDenied", NULL, 2, SERVICE, "Access is denied."},
    {5, "Sender", "w:AccessDenied", NULL, 2, SERVICE, "Access is denied."},
};
/* clang-format on */

static const struct row unlisted = {0, "Receiver", "w:InternalError",    NULL,
                                    1, SERVICE,    "The request failed."};

static const struct row *row_find(uint32_t code)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].code == code)
            return &rows[i];
    }
    return &unlisted;
}

static const char *action(const struct row *row)
{
    switch (row->subcode[0]) {
    case 'a':
        return "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault";
    case 'n':
        return "http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault";
    default:
        return "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault";
    }
}

/* Class.Key="value",... as WMI writes an object path: backslashes and quotes escaped. */
static void object_path(struct sim_bytes *out, const struct sim_request *request)
{
    struct sim_bytes path = {0};
    sim_bytes_text(&path, request->class_name);
    for (size_t i = 0; i < request->selector_count; i++) {
        sim_bytes_print(&path, "%s%s=\"", i == 0 ? "." : ",", request->selectors[i].name);
        for (const char *at = request->selectors[i].value; *at != '\0'; at++)
            sim_bytes_print(&path, *at == '"' || *at == '\\' ? "\\%c" : "%c", *at);
        sim_bytes_text(&path, "\"");
    }
    if (path.failed)
        out->failed = true;
    else
        sim_bytes_xml(out, path.data);
    sim_bytes_free(&path);
}

/* p:__ExtendedStatus: typed when the class was named by the DMTF URI, untyped otherwise, as
 * recorded. */
static void extended_status(struct sim_bytes *out, const struct sim_request *request)
{
    bool dmtf = request->form == SIM_FORM_DMTF;
    const char *string = dmtf ? " xsi:type=\"cim:cimString\"" : "";
    sim_bytes_print(
        out,
        "<f:ExtendedError><p:__ExtendedStatus "
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
        "xmlns:p=\"%s__ExtendedStatus\" xmlns:cim=\"http://schemas.dmtf.org/wbem/wscim/1/common\" "
        "xsi:type=\"p:__ExtendedStatus_Type\"><p:Description xsi:nil=\"true\"%s/>"
        "<p:Operation%s>GetObject</p:Operation><p:ParameterInfo%s>",
        dmtf ? SIM_DMTF_PREFIX : SIM_WMI_PREFIX "root/cimv2/", string, string, string);
    object_path(out, request);
    sim_bytes_print(out,
                    "</p:ParameterInfo><p:ProviderName%s>CIMWin32</p:ProviderName><p:StatusCode "
                    "xsi:nil=\"true\"%s/>"
                    "</p:__ExtendedStatus></f:ExtendedError>",
                    string, dmtf ? " xsi:type=\"cim:cimUnsignedInt\"" : "");
}

static void wsman_fault_open(struct sim_bytes *out, uint32_t code, const char *machine)
{
    sim_bytes_print(
        out,
        "<f:WSManFault xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" "
        "Code=\"%" PRIu32 "\" Machine=\"",
        code);
    sim_bytes_xml(out, machine);
    sim_bytes_text(out, "\"><f:Message>");
}

static void dialect_one(struct sim_bytes *out, const struct row *row, const struct sim_fault *fault,
                        const struct sim_request *request)
{
    if (row->detail != NULL)
        sim_bytes_print(out, "<w:FaultDetail>" DETAIL "%s</w:FaultDetail>", row->detail);
    wsman_fault_open(out, fault->code, fault->machine);
    if (row->origin == PROVIDER) {
        sim_bytes_text(out, "<f:ProviderFault provider=\"WMI Provider\" "
                            "path=\"C:\\Windows\\system32\\WsmWmiPl.dll\">");
        wsman_fault_open(out, fault->code, fault->computer);
        sim_bytes_print(out, "%s </f:Message></f:WSManFault>", row->sentence);
        if (request->class_name != NULL)
            extended_status(out, request);
        sim_bytes_text(out, "</f:ProviderFault>");
    } else {
        sim_bytes_print(out, "%s ", row->sentence);
    }
    sim_bytes_text(out, "</f:Message></f:WSManFault>");
}

static void dialect_two(struct sim_bytes *out, const struct row *row, const struct sim_fault *fault)
{
    sim_bytes_print(
        out,
        "<p:MSFT_WmiError b:IsCIM_Error=\"true\" "
        "xmlns:b=\"http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd\" "
        "xmlns:cim=\"http://schemas.dmtf.org/wbem/wscim/1/common\" xmlns:p=\"" SIM_DMTF_PREFIX
        "MSFT_WmiError\" "
        "xsi:type=\"p:MSFT_WmiError_Type\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
        "<p:CIMStatusCode xsi:type=\"cim:cimUnsignedInt\">%u</p:CIMStatusCode>"
        "<p:CIMStatusCodeDescription xsi:nil=\"true\" xsi:type=\"cim:cimString\"/>"
        "<p:ErrorSource xsi:nil=\"true\" xsi:type=\"cim:cimString\"/>"
        "<p:ErrorSourceFormat xsi:type=\"cim:cimUnsignedShort\">0</p:ErrorSourceFormat>"
        "<p:ErrorType xsi:type=\"cim:cimUnsignedShort\">0</p:ErrorType>",
        row->cim_status);
    sim_bytes_print(out,
                    "<p:Message xsi:type=\"cim:cimString\">%s </p:Message>"
                    "<p:MessageID xsi:type=\"cim:cimString\">HRESULT 0x%08" PRIx32 "</p:MessageID>"
                    "<p:OtherErrorSourceFormat xsi:nil=\"true\" xsi:type=\"cim:cimString\"/>"
                    "<p:OtherErrorType xsi:nil=\"true\" xsi:type=\"cim:cimString\"/>"
                    "<p:OwningEntity xsi:nil=\"true\" xsi:type=\"cim:cimString\"/>"
                    "<p:PerceivedSeverity xsi:type=\"cim:cimUnsignedShort\">0</p:PerceivedSeverity>"
                    "<p:ProbableCause xsi:type=\"cim:cimUnsignedShort\">0</p:ProbableCause>"
                    "<p:ProbableCauseDescription xsi:nil=\"true\" xsi:type=\"cim:cimString\"/>",
                    row->sentence, fault->code);
    sim_bytes_print(
        out,
        "<p:error_Category xsi:type=\"cim:cimUnsignedInt\">0</p:error_Category>"
        "<p:error_Code xsi:type=\"cim:cimUnsignedInt\">%" PRIu32 "</p:error_Code>"
        "<p:error_Type xsi:type=\"cim:cimString\">HRESULT</p:error_Type>"
        "<p:error_WindowsErrorMessage xsi:type=\"cim:cimString\">%s </p:error_WindowsErrorMessage>"
        "</p:MSFT_WmiError>",
        fault->code, row->sentence);
}

/* A MustUnderstand fault has no Detail, only the NotUnderstood header (shared/facts/wire.md 3). */
static void must_understand(struct sim_bytes *out)
{
    sim_bytes_text(
        out, "<s:Fault><s:Code><s:Value>s:MustUnderstand</s:Value></s:Code><s:Reason><s:Text "
             "xml:lang=\"en-US\">A "
             "header marked mustUnderstand is not understood. </s:Text></s:Reason></s:Fault>");
}

void sim_fault_write(struct sim_bytes *out, const struct sim_fault *fault,
                     const struct sim_request *request)
{
    const struct row *row = row_find(fault->code);
    struct sim_envelope envelope = {
        .action = action(row),
        /* RelatesTo was absent in the recorded fault of this code
           (shared/replies/winrb_wmi_error_v2.xml) */
        .relates_to = fault->code == 0x803381A5 ? NULL : request->message_id,
        .not_understood = request->not_understood,
        .not_understood_ns = request->not_understood_ns,
        .seed = fault->seed,
        .serial = fault->serial,
    };
    sim_envelope_open(out, &envelope);
    if (fault->code == 0x80338010) {
        must_understand(out);
        sim_envelope_close(out);
        return;
    }
    sim_bytes_print(out,
                    "<s:Fault><s:Code><s:Value>s:%s</s:Value><s:Subcode><s:Value>%s</s:Value></"
                    "s:Subcode></s:Code>"
                    "<s:Reason><s:Text xml:lang=\"en-US\">%s </s:Text></s:Reason><s:Detail>",
                    row->blame, row->subcode, row->sentence);
    if (fault->dialect == 2)
        dialect_two(out, row, fault);
    else
        dialect_one(out, row, fault, request);
    sim_bytes_text(out, "</s:Detail></s:Fault>");
    sim_envelope_close(out);
}
