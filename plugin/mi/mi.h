/* SPDX-License-Identifier: MIT */
/*
 * mi.h: the client side of Microsoft's MI API that fetches CIM instances and classes from a Windows
 * host.
 *
 * Names, signatures, enum values and option names are those of Microsoft's pages on mi.h
 * (repository MicrosoftDocs/sdk-api, sdk-api-src/content/mi), so that a program written from
 * them compiles unchanged; text and implementation are ours. Compile with `-Iplugin
 * -Iplugin/mi`, link libcollectdmi.a. What is not declared here is not supported.
 *
 * Handles (MI_Application, MI_Session, MI_Operation, MI_DestinationOptions,
 * MI_OperationOptions) are structs that the caller owns and starts with MI_<NAME>_NULL; their
 * fields are private. A handle that was closed or deleted is refused with
 * MI_RESULT_INVALID_PARAMETER as long as its application is open.
 *
 * Threads. Every function may be called from any thread; one struct must not be written (by
 * Initialize, NewSession, GetInstance) while another thread reads it. Each application runs
 * one network thread, which also runs the callbacks: a callback must not block, and what
 * would wait for that very thread (MI_Operation_GetInstance of an unfinished operation,
 * MI_Session_Close without completion callback, MI_Application_Close) is refused there with
 * MI_RESULT_FAILED instead of hanging.
 *
 * Order of closing: operations, then their session, then the application (page
 * "MI_Application_NewSession", remarks).
 */
#ifndef MI_MI_H
#define MI_MI_H

#include "cim/class.h"
#include "cim/instance.h"
#include "cim/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MI_CALL
#define MI_INLINE static inline

typedef struct _MI_Application {
    MI_Uint64 reserved1;
    ptrdiff_t reserved2;
    const void *ft;
} MI_Application;
typedef struct _MI_Session {
    MI_Uint64 reserved1;
    ptrdiff_t reserved2;
    const void *ft;
} MI_Session;
typedef struct _MI_Operation {
    MI_Uint64 reserved1;
    ptrdiff_t reserved2;
    const void *ft;
} MI_Operation;
typedef struct _MI_DestinationOptions {
    MI_Uint64 reserved1;
    ptrdiff_t reserved2;
    const void *ft;
} MI_DestinationOptions;
typedef struct _MI_OperationOptions {
    MI_Uint64 reserved1;
    ptrdiff_t reserved2;
    const void *ft;
} MI_OperationOptions;

#define MI_APPLICATION_NULL \
    {                       \
        0, 0, NULL          \
    }
#define MI_SESSION_NULL \
    {                   \
        0, 0, NULL      \
    }
#define MI_OPERATION_NULL \
    {                     \
        0, 0, NULL        \
    }
#define MI_DESTINATIONOPTIONS_NULL \
    {                              \
        0, 0, NULL                 \
    }
#define MI_OPERATIONOPTIONS_NULL \
    {                            \
        0, 0, NULL               \
    }
#define MI_OPERATIONCALLBACKS_NULL                           \
    {                                                        \
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL \
    }
#define MI_SESSIONCALLBACKS_NULL \
    {                            \
        NULL, NULL, NULL         \
    }

/* Known by name only: instances are made without class declarations here. */
typedef struct _MI_ClassDecl MI_ClassDecl;

/* Flags of an operation: run-time type information asked of the server. Untyped text is what
 * Windows answers to WS-Transfer Get anyway (shared/facts/wire.md 2), so RTTI flags change
 * nothing here. */
#define MI_OPERATIONFLAGS_AUTOMATIC_ACK_RESULTS             0x0000u
#define MI_OPERATIONFLAGS_MANUAL_ACK_RESULTS                0x0001u
#define MI_OPERATIONFLAGS_DEFAULT_RTTI                      0x0000u
#define MI_OPERATIONFLAGS_NO_RTTI                           0x0400u
#define MI_OPERATIONFLAGS_BASIC_RTTI                        0x0002u
#define MI_OPERATIONFLAGS_STANDARD_RTTI                     0x0800u
#define MI_OPERATIONFLAGS_FULL_RTTI                         0x0004u
#define MI_OPERATIONFLAGS_NON_LOCALIZED_QUALIFIERS          0x0000u
#define MI_OPERATIONFLAGS_LOCALIZED_QUALIFIERS              0x0008u
#define MI_OPERATIONFLAGS_EXPENSIVE_PROPERTIES              0x0040u
#define MI_OPERATIONFLAGS_POLYMORPHISM_DEEP                 0x0000u
#define MI_OPERATIONFLAGS_POLYMORPHISM_SHALLOW              0x0080u
#define MI_OPERATIONFLAGS_POLYMORPHISM_DEEP_BASE_PROPS_ONLY 0x0180u
#define MI_OPERATIONFLAGS_REPORT_OPERATION_STARTED          0x0200u

typedef enum _MI_CancellationReason {
    MI_REASON_NONE = 0,
    MI_REASON_TIMEOUT = 1,
    MI_REASON_SHUTDOWN = 2,
    MI_REASON_SERVICESTOP = 3
} MI_CancellationReason;

/* ---- Credentials ---- */

#define MI_AUTH_TYPE_DEFAULT         MI_T("Default")
#define MI_AUTH_TYPE_NONE            MI_T("None")
#define MI_AUTH_TYPE_DIGEST          MI_T("Digest")
#define MI_AUTH_TYPE_NEGO_WITH_CREDS MI_T("NegoWithCreds")
#define MI_AUTH_TYPE_NEGO_NO_CREDS   MI_T("NegoNoCreds")
#define MI_AUTH_TYPE_BASIC           MI_T("Basic")
#define MI_AUTH_TYPE_KERBEROS        MI_T("Kerberos")
#define MI_AUTH_TYPE_CLIENT_CERTS    MI_T("ClientCerts")
#define MI_AUTH_TYPE_NTLM            MI_T("Ntlmdomain")
#define MI_AUTH_TYPE_CREDSSP         MI_T("CredSSP")
#define MI_AUTH_TYPE_ISSUER_CERT     MI_T("IssuerCert")

typedef struct _MI_UsernamePasswordCreds {
    const MI_Char *domain;
    const MI_Char *username;
    const MI_Char *password;
} MI_UsernamePasswordCreds;

typedef struct _MI_UserCredentials {
    const MI_Char *authenticationType;
    union {
        MI_UsernamePasswordCreds usernamePassword;
        const MI_Char *certificateThumbprint;
    } credentials;
} MI_UserCredentials;

/* ---- Application ---- */

/* Starts the network thread. flags 0; applicationID may be NULL and is only a label.
 * extendedError, where not NULL, gets NULL or a new instance (free with MI_Instance_Delete). */
MI_Result MI_Application_InitializeV1(MI_Uint32 flags, const MI_Char *applicationID,
                                      MI_Instance **extendedError, MI_Application *application);
#define MI_Application_Initialize MI_Application_InitializeV1

/* Ends the network thread. With sessions still open Microsoft's hangs (page
 * "MI_Application_Close"); ours cancels and closes what is left, as MI_Session_Close does, so that
 * a program always ends; every handle of the application is void afterwards. */
MI_Result MI_Application_Close(MI_Application *application);

/* New: an instance to be filled with keys; free with MI_Instance_Delete. classRTTI must be NULL
 * (NOT_SUPPORTED): there are no class declarations here. */
MI_Result MI_Application_NewInstance(MI_Application *application, const MI_Char *className,
                                     const MI_ClassDecl *classRTTI, MI_Instance **instance);
/* New: delete with MI_DestinationOptions_Delete. */
MI_Result MI_Application_NewDestinationOptions(MI_Application *application,
                                               MI_DestinationOptions *options);
/* New: delete with MI_OperationOptions_Delete. mustUnderstand: what a custom option says where it
 * does not say itself. */
MI_Result MI_Application_NewOperationOptions(MI_Application *application, MI_Boolean mustUnderstand,
                                             MI_OperationOptions *options);

typedef struct _MI_SessionCallbacks {
    void *callbackContext;
    void(MI_CALL *writeMessage)(MI_Application *application, void *callbackContext,
                                MI_Uint32 channel, const MI_Char *message);
    void(MI_CALL *writeError)(MI_Application *application, void *callbackContext,
                              MI_Instance *instance);
} MI_SessionCallbacks;

/* A session to one host over one connection; no traffic until the first operation. protocol: NULL
 * or "WINRM" ("WMIDCOM": NOT_SUPPORTED). destination: a host name or an IP address, not a URL; NULL
 * would be the local machine, which only Windows has: NOT_SUPPORTED. options are copied. */
MI_Result MI_Application_NewSession(MI_Application *application, const MI_Char *protocol,
                                    const MI_Char *destination, MI_DestinationOptions *options,
                                    MI_SessionCallbacks *callbacks, MI_Instance **extendedError,
                                    MI_Session *session);

/* ---- Destination options: INVALID_PARAMETER on NULL or nonsense, FAILED without memory ---- */

#define MI_DESTINATIONOPTIONS_TRANSPORT_HTTP  MI_T("HTTP")
#define MI_DESTINATIONOPTIONS_TRANSPORT_HTTPS MI_T("HTTPS")

/* How long one operation may take, all of it; default one minute. An operation's own wins. */
MI_Result MI_DestinationOptions_SetTimeout(MI_DestinationOptions *options,
                                           const MI_Interval *timeout);
/* Default 5986 for HTTPS, 5985 for HTTP (MS-WSMV 2.1). */
MI_Result MI_DestinationOptions_SetDestinationPort(MI_DestinationOptions *options, MI_Uint32 port);
/* Default HTTPS. */
MI_Result MI_DestinationOptions_SetTransport(MI_DestinationOptions *options,
                                             const MI_Char *transport);
/* Default "wsman"; with or without the leading slash. */
MI_Result MI_DestinationOptions_SetHttpUrlPrefix(MI_DestinationOptions *options,
                                                 const MI_Char *prefix);
/* Default MI_TRUE: nothing travels readable. Over HTTP with a method that cannot seal (Basic) an
 * operation then ends with ACCESS_DENIED before anything is sent. */
MI_Result MI_DestinationOptions_SetPacketPrivacy(MI_DestinationOptions *options,
                                                 MI_Boolean privacy);
/* Kilobytes, 8 to 4096; default 500 (512,000 bytes on the wire). */
MI_Result MI_DestinationOptions_SetMaxEnvelopeSize(MI_DestinationOptions *options,
                                                   MI_Uint32 sizeInKB);
/* RFC 5646 tags, default en-US. */
MI_Result MI_DestinationOptions_SetDataLocale(MI_DestinationOptions *options,
                                              const MI_Char *locale);
MI_Result MI_DestinationOptions_SetUILocale(MI_DestinationOptions *options, const MI_Char *locale);
/* Both default MI_TRUE. */
MI_Result MI_DestinationOptions_SetCertCACheck(MI_DestinationOptions *options, MI_Boolean check);
MI_Result MI_DestinationOptions_SetCertCNCheck(MI_DestinationOptions *options, MI_Boolean check);
/* Copied into memory that is kept out of core dumps and wiped on deletion; the last one wins.
 * NOT_SUPPORTED for an authentication type this version has no scheme for. */
MI_Result MI_DestinationOptions_AddDestinationCredentials(MI_DestinationOptions *options,
                                                          const MI_UserCredentials *credentials);
/* Any option by its name, those above or those below. NOT_SUPPORTED: an unknown name. */
MI_Result MI_DestinationOptions_SetString(MI_DestinationOptions *options, const MI_Char *optionName,
                                          const MI_Char *value);
MI_Result MI_DestinationOptions_SetNumber(MI_DestinationOptions *options, const MI_Char *optionName,
                                          MI_Uint32 value);
/* New: a copy; delete it too. */
MI_Result MI_DestinationOptions_Clone(const MI_DestinationOptions *self,
                                      MI_DestinationOptions *newOptions);
MI_Result MI_DestinationOptions_Delete(MI_DestinationOptions *options);

#define MI_DESTINATIONOPTIONS_TIMEOUT           MI_T("__MI_DESTINATIONOPTIONS_TIMEOUT")
#define MI_DESTINATIONOPTIONS_DESTINATION_PORT  MI_T("__MI_DESTINATIONOPTIONS_DESTINATION_PORT")
#define MI_DESTINATIONOPTIONS_TRANSPORT         MI_T("__MI_DESTINATIONOPTIONS_TRANSPORT")
#define MI_DESTINATIONOPTIONS_HTTP_URL_PREFIX   MI_T("__MI_DESTINATIONOPTIONS_HTTP_URL_PREFIX")
#define MI_DESTINATIONOPTIONS_PACKET_PRIVACY    MI_T("__MI_DESTINATIONOPTIONS_PACKET_PRIVACY")
#define MI_DESTINATIONOPTIONS_MAX_ENVELOPE_SIZE MI_T("__MI_DESTINATIONOPTIONS_MAX_ENVELOPE_SIZE")
#define MI_DESTINATIONOPTIONS_DATA_LOCALE       MI_T("__MI_DESTINATIONOPTIONS_DATA_LOCALE")
#define MI_DESTINATIONOPTIONS_UI_LOCALE         MI_T("__MI_DESTINATIONOPTIONS_UI_LOCALE")
#define MI_DESTINATIONOPTIONS_CERT_CA_CHECK     MI_T("__MI_DESTINATIONOPTIONS_CERT_CA_CHECK")
#define MI_DESTINATIONOPTIONS_CERT_CN_CHECK     MI_T("__MI_DESTINATIONOPTIONS_CERT_CN_CHECK")
#define MI_DESTINATIONOPTIONS_DESTINATION_CREDENTIALS \
    MI_T("__MI_DESTINATIONOPTIONS_DESTINATION_CREDENTIALS")

/* Ours, for what MI has no option for; all strings. */
/* A PEM file of the authorities that may sign the host's certificate; default: the system's. */
#define COLLECTDMI_DESTINATIONOPTIONS_CA_FILE MI_T("__COLLECTDMI_DESTINATIONOPTIONS_CA_FILE")
/* The name that certificate and Host header must match, where it is not the destination. */
#define COLLECTDMI_DESTINATIONOPTIONS_SERVER_NAME \
    MI_T("__COLLECTDMI_DESTINATIONOPTIONS_SERVER_NAME")

/* Kerberos without a password: a keytab file, or a credential cache as krb5 names one
 * (FILE:/run/x). To be set before the credentials, whose password is then NULL. */
#define COLLECTDMI_DESTINATIONOPTIONS_KEYTAB MI_T("__COLLECTDMI_DESTINATIONOPTIONS_KEYTAB")
#define COLLECTDMI_DESTINATIONOPTIONS_CREDENTIAL_CACHE \
    MI_T("__COLLECTDMI_DESTINATIONOPTIONS_CREDENTIAL_CACHE")
/* ClientCerts: PEM files, in place of a thumbprint in Windows' certificate store. */
#define COLLECTDMI_DESTINATIONOPTIONS_CERT_FILE MI_T("__COLLECTDMI_DESTINATIONOPTIONS_CERT_FILE")
#define COLLECTDMI_DESTINATIONOPTIONS_KEY_FILE  MI_T("__COLLECTDMI_DESTINATIONOPTIONS_KEY_FILE")
/* The service principal, where it is not HTTP/ (or WSMAN/) and the server's name. */
#define COLLECTDMI_DESTINATIONOPTIONS_SPN MI_T("__COLLECTDMI_DESTINATIONOPTIONS_SPN")
/* The user's realm, where the user's name does not say it and krb5.conf should not. */
#define COLLECTDMI_DESTINATIONOPTIONS_REALM MI_T("__COLLECTDMI_DESTINATIONOPTIONS_REALM")
/* "ntlm": NegoWithCreds goes on with NTLM where Kerberos cannot be had. */
#define COLLECTDMI_DESTINATIONOPTIONS_FALLBACK MI_T("__COLLECTDMI_DESTINATIONOPTIONS_FALLBACK")

/* ---- Operation options ---- */

/* All of one operation; 0 is the destination's. */
MI_Result MI_OperationOptions_SetTimeout(MI_OperationOptions *options, const MI_Interval *timeout);
/* The whole resource URI, sent as it is; the keys stay selectors. */
MI_Result MI_OperationOptions_SetResourceUri(MI_OperationOptions *options,
                                             const MI_Char *resourceUri);
/* What stands before the class. Default COLLECTDMI_RESOURCE_URI_PREFIX_WMI, which the namespace
 * follows; COLLECTDMI_RESOURCE_URI_PREFIX_DMTF is followed by the class, and the namespace becomes
 * the selector __cimnamespace: for servers that are not Windows. Any other prefix is treated like
 * the latter. */
MI_Result MI_OperationOptions_SetResourceUriPrefix(MI_OperationOptions *options,
                                                   const MI_Char *prefix);
/* One w:Option of the request. Scalar types only. */
MI_Result MI_OperationOptions_SetCustomOption(MI_OperationOptions *options,
                                              const MI_Char *optionName, MI_Type valueType,
                                              const MI_Value *value, MI_Boolean mustComply);
MI_Result MI_OperationOptions_SetString(MI_OperationOptions *options, const MI_Char *optionName,
                                        const MI_Char *value);
MI_Result MI_OperationOptions_SetNumber(MI_OperationOptions *options, const MI_Char *optionName,
                                        MI_Uint32 value);
MI_Result MI_OperationOptions_Clone(const MI_OperationOptions *self,
                                    MI_OperationOptions *newOptions);
MI_Result MI_OperationOptions_Delete(MI_OperationOptions *options);

#define MI_OPERATIONOPTIONS_TIMEOUT             MI_T("__MI_OPERATIONOPTIONS_TIMEOUT")
#define MI_OPERATIONOPTIONS_RESOURCE_URI        MI_T("__MI_OPERATIONOPTIONS_RESOURCE_URI")
#define MI_OPERATIONOPTIONS_RESOURCE_URI_PREFIX MI_T("__MI_OPERATIONOPTIONS_RESOURCE_URI_PREFIX")

#define COLLECTDMI_RESOURCE_URI_PREFIX_WMI MI_T("http://schemas.microsoft.com/wbem/wsman/1/wmi")
#define COLLECTDMI_RESOURCE_URI_PREFIX_DMTF \
    MI_T("http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2")

/* ---- Operations ---- */

/* Result of an instance operation, exactly one final call (moreResults MI_FALSE) an operation, on
 * the network thread, also for a failure to start; before it, of an enumeration, one for each
 * instance but the last. instance, errorString and errorDetails are
 * borrowed until it returns, or, with MI_OPERATIONFLAGS_MANUAL_ACK_RESULTS, until
 * resultAcknowledgement is called (NULL otherwise) or the operation is closed. operation may be
 * closed in here. */
typedef void(MI_CALL *MI_OperationCallback_Instance)(
    MI_Operation *operation, void *callbackContext, const MI_Instance *instance,
    MI_Boolean moreResults, MI_Result resultCode, const MI_Char *errorString,
    const MI_Instance *errorDetails,
    MI_Result(MI_CALL *resultAcknowledgement)(MI_Operation *operation));

/* Never called: a WS-Transfer Get has no such replies (they are PowerShell semantics). Declared so
 * that programs that fill them compile. */
typedef enum _MI_OperationCallback_ResponseType {
    MI_OperationCallback_ResponseType_No,
    MI_OperationCallback_ResponseType_Yes,
    MI_OperationCallback_ResponseType_NoToAll,
    MI_OperationCallback_ResponseType_YesToAll
} MI_OperationCallback_ResponseType;
typedef enum _MI_PromptType { MI_PROMPTTYPE_NORMAL, MI_PROMPTTYPE_CRITICAL } MI_PromptType;
#define MI_WRITEMESSAGE_CHANNEL_WARNING 0
#define MI_WRITEMESSAGE_CHANNEL_VERBOSE 1
#define MI_WRITEMESSAGE_CHANNEL_DEBUG   2
typedef MI_Result(MI_CALL *MI_OperationCallback_Response)(
    MI_Operation *operation, MI_OperationCallback_ResponseType response);
typedef void(MI_CALL *MI_OperationCallback_PromptUser)(
    MI_Operation *operation, void *callbackContext, const MI_Char *message,
    MI_PromptType promptType, MI_OperationCallback_Response promptUserResult);
typedef void(MI_CALL *MI_OperationCallback_WriteError)(
    MI_Operation *operation, void *callbackContext, MI_Instance *instance,
    MI_OperationCallback_Response writeErrorResult);
typedef void(MI_CALL *MI_OperationCallback_WriteMessage)(MI_Operation *operation,
                                                         void *callbackContext, MI_Uint32 channel,
                                                         const MI_Char *message);
typedef void(MI_CALL *MI_OperationCallback_WriteProgress)(
    MI_Operation *operation, void *callbackContext, const MI_Char *activity,
    const MI_Char *currentOperation, const MI_Char *statusDescription, MI_Uint32 percentageComplete,
    MI_Uint32 secondsRemaining);
typedef MI_Result(MI_CALL *MI_OperationCallback_Acknowledge)(MI_Operation *operation);
typedef void(MI_CALL *MI_OperationCallback_Indication)(
    MI_Operation *operation, void *callbackContext, const MI_Instance *instance,
    const MI_Char *bookmark, const MI_Char *machineID, MI_Boolean moreResults, MI_Result resultCode,
    const MI_Char *errorString, const MI_Instance *errorDetails,
    MI_OperationCallback_Acknowledge resultAcknowledgement);
typedef void(MI_CALL *MI_OperationCallback_Class)(
    MI_Operation *operation, void *callbackContext, const MI_Class *classResult,
    MI_Boolean moreResults, MI_Result resultCode, const MI_Char *errorString,
    const MI_Instance *errorDetails, MI_OperationCallback_Acknowledge resultAcknowledgement);
typedef void(MI_CALL *MI_OperationCallback_StreamedParameter)(
    MI_Operation *operation, void *callbackContext, const MI_Char *parameterName,
    MI_Type resultType, const MI_Value *result,
    MI_OperationCallback_Acknowledge resultAcknowledgement);

/* The members as the page "MI_OperationCallbacks" orders them. */
typedef struct _MI_OperationCallbacks {
    void *callbackContext;
    MI_OperationCallback_PromptUser promptUser;
    MI_OperationCallback_WriteError writeError;
    MI_OperationCallback_WriteMessage writeMessage;
    MI_OperationCallback_WriteProgress writeProgress;
    MI_OperationCallback_Instance instanceResult;
    MI_OperationCallback_Indication indicationResult;
    MI_OperationCallback_Class classResult;
    MI_OperationCallback_StreamedParameter streamedParameterResult;
} MI_OperationCallbacks;

/* Starts one WS-Transfer Get. inboundInstance: class name and keys (elements with MI_FLAG_KEY;
 * where none has the flag, all elements). namespaceName: "root/cimv2"; one that holds a computer
 * name is INVALID_PARAMETER before anything is sent; NULL: the server chooses. options, keys and
 * callbacks are copied. Where no operation can be made at all (the session is closed, no memory)
 * the callback is called at once, on the caller's thread. With callbacks->instanceResult
 * asynchronous, else fetch with MI_Operation_GetInstance. Every failure, also to start, is a result
 * of the operation. Operations of one session queue for its one connection; the timeout counts from
 * this call. */
void MI_Session_GetInstance(MI_Session *session, MI_Uint32 flags, MI_OperationOptions *options,
                            const MI_Char *namespaceName, const MI_Instance *inboundInstance,
                            MI_OperationCallbacks *callbacks, MI_Operation *operation);

/* Starts an enumeration of all instances of a class, those of derived classes included unless flags
 * say otherwise (MI_OPERATIONFLAGS_POLYMORPHISM_*): WS-Management's Enumerate, Pull and Release.
 * keysOnly: instances with their keys alone. Results come one after another, moreResults MI_TRUE
 * but for the last; the last may have no instance although it succeeded, where the host told only
 * afterwards that there is no more. The next page is asked for once all of the last were handed out
 * (to the callback, or by MI_Operation_GetInstance). The timeout counts for all of it, with what
 * the caller does between two results. An enumeration that is canceled or closed in the middle is
 * released at the host. Everything else as for MI_Session_GetInstance. */
void MI_Session_EnumerateInstances(MI_Session *session, MI_Uint32 flags,
                                   MI_OperationOptions *options, const MI_Char *namespaceName,
                                   const MI_Char *className, MI_Boolean keysOnly,
                                   MI_OperationCallbacks *callbacks, MI_Operation *operation);

/* The same with a query. queryDialect: "WQL", "CQL", or a URI that is sent as it is; NULL: WQL;
 * else QUERY_LANGUAGE_NOT_SUPPORTED. A query that names properties brings instances with these
 * alone; their class name is the one behind FROM, whatever class each is of. queryExpression NULL:
 * only with a resource URI in options, whose instances then come. */
void MI_Session_QueryInstances(MI_Session *session, MI_Uint32 flags, MI_OperationOptions *options,
                               const MI_Char *namespaceName, const MI_Char *queryDialect,
                               const MI_Char *queryExpression, MI_OperationCallbacks *callbacks,
                               MI_Operation *operation);

/* Blocks until the result is there. Outputs may be NULL; those that are pointers are borrowed until
 * the next call or Close. The return value covers the call: FAILED for an asynchronous
 * operation, and when the result was fetched before. */
MI_Result MI_Operation_GetInstance(MI_Operation *operation, const MI_Instance **instance,
                                   MI_Boolean *moreResults, MI_Result *result,
                                   const MI_Char **errorMessage,
                                   const MI_Instance **completionDetails);

/* Ours, for what MI has no function for: gives the elements of the instance that an operation has
 * handed out the types that a class declares (WS-Management brings text). In the instance's
 * callback, or, with MI_OPERATIONFLAGS_MANUAL_ACK_RESULTS, until it is acknowledged; after
 * MI_Operation_GetInstance until its next call. What is no value of the declared type, and what the
 * class does not declare, stays text: *unlike (may be NULL) is how many elements are not of their
 * declared type. The pointers that were handed out stay good. INVALID_PARAMETER: the operation has
 * handed out no instance, or is closed. FAILED: no memory; some elements are typed, none is lost.
 */
MI_Result CollectdMI_Operation_ApplyClass(MI_Operation *operation, const MI_Class *schema,
                                          MI_Uint32 *unlike);

/* Fetches the declaration of a class: its properties with their types, inherited ones too, and all
 * qualifiers (page "MI_Session_GetClass"). flags change nothing: everything is asked for. Windows
 * 2012 and later only (shared/facts/wire.md 2): an older host answers with a fault. A class of
 * another name than the asked one is no result. With callbacks->classResult asynchronous, else
 * fetch with MI_Operation_GetClass; what is said of MI_Session_GetInstance holds here. */
void MI_Session_GetClass(MI_Session *session, MI_Uint32 flags, MI_OperationOptions *options,
                         const MI_Char *namespaceName, const MI_Char *className,
                         MI_OperationCallbacks *callbacks, MI_Operation *operation);

/* As MI_Operation_GetInstance; MI_Class_Clone keeps the class. */
MI_Result MI_Operation_GetClass(MI_Operation *operation, const MI_Class **classResult,
                                MI_Boolean *moreResults, MI_Result *result,
                                const MI_Char **errorMessage,
                                const MI_Instance **completionDetails);

/* Idempotent; the one final result (FAILED, OPERATION_STOPPED) is still delivered. */
MI_Result MI_Operation_Cancel(MI_Operation *operation, MI_CancellationReason reason);
/* Ends the handle; never blocks. What still runs is canceled: an asynchronous operation still gets
 * its final callback. (Microsoft's hangs when a synchronous result was not fetched.) */
MI_Result MI_Operation_Close(MI_Operation *operation);

/* Cancels the session's operations. Without callback: waits until all its operation handles are
 * closed and their callbacks returned, and a second at most until the host has forgotten what it
 * keeps for their enumerations. With callback: returns at once and calls it then, on the network
 * thread. */
MI_Result MI_Session_Close(MI_Session *session, void *completionContext,
                           void(MI_CALL *completionCallback)(void *completionContext));

#ifdef __cplusplus
}
#endif

#endif
