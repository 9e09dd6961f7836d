/* SPDX-License-Identifier: MIT */
/*
 * types: the nouns of Microsoft's MI API that name a CIM value: MI_Type, MI_Value, MI_Datetime,
 * MI_Result, element flags.
 *
 * Names, values and layouts are Microsoft's (MicrosoftDocs/sdk-api, sdk-api-src/content/mi), so
 * that a program written from those pages compiles unchanged; the text is ours. No functions, no
 * ownership: who owns what a value points to is said where a value is handed over.
 */
#ifndef CIM_TYPES_H
#define CIM_TYPES_H

#include <stddef.h>
#include <stdint.h>

/* UTF-8. Microsoft's own header has wchar_t on Windows and char elsewhere. */
typedef char MI_Char;
#define MI_T(text) text

typedef unsigned char MI_Boolean;
#define MI_TRUE  ((MI_Boolean)1)
#define MI_FALSE ((MI_Boolean)0)

typedef uint8_t MI_Uint8;
typedef int8_t MI_Sint8;
typedef uint16_t MI_Uint16;
typedef int16_t MI_Sint16;
typedef uint32_t MI_Uint32;
typedef int32_t MI_Sint32;
typedef uint64_t MI_Uint64;
typedef int64_t MI_Sint64;
typedef float MI_Real32;
typedef double MI_Real64;
typedef uint16_t MI_Char16;

typedef enum _MI_Result {
    MI_RESULT_OK = 0,
    MI_RESULT_FAILED = 1,
    MI_RESULT_ACCESS_DENIED = 2,
    MI_RESULT_INVALID_NAMESPACE = 3,
    MI_RESULT_INVALID_PARAMETER = 4,
    MI_RESULT_INVALID_CLASS = 5,
    MI_RESULT_NOT_FOUND = 6,
    MI_RESULT_NOT_SUPPORTED = 7,
    MI_RESULT_CLASS_HAS_CHILDREN = 8,
    MI_RESULT_CLASS_HAS_INSTANCES = 9,
    MI_RESULT_INVALID_SUPERCLASS = 10,
    MI_RESULT_ALREADY_EXISTS = 11,
    MI_RESULT_NO_SUCH_PROPERTY = 12,
    MI_RESULT_TYPE_MISMATCH = 13,
    MI_RESULT_QUERY_LANGUAGE_NOT_SUPPORTED = 14,
    MI_RESULT_INVALID_QUERY = 15,
    MI_RESULT_METHOD_NOT_AVAILABLE = 16,
    MI_RESULT_METHOD_NOT_FOUND = 17,
    MI_RESULT_NAMESPACE_NOT_EMPTY = 20,
    MI_RESULT_INVALID_ENUMERATION_CONTEXT = 21,
    MI_RESULT_INVALID_OPERATION_TIMEOUT = 22,
    MI_RESULT_PULL_HAS_BEEN_ABANDONED = 23,
    MI_RESULT_PULL_CANNOT_BE_ABANDONED = 24,
    MI_RESULT_FILTERED_ENUMERATION_NOT_SUPPORTED = 25,
    MI_RESULT_CONTINUATION_ON_ERROR_NOT_SUPPORTED = 26,
    MI_RESULT_SERVER_LIMITS_EXCEEDED = 27,
    MI_RESULT_SERVER_IS_SHUTTING_DOWN = 28
} MI_Result;

/* What a failure is about; Microsoft's page ne-mi-mi_errorcategory (2 is spelled so there). */
typedef enum _MI_ErrorCategory {
    MI_ERRORCATEGORY_NOT_SPECIFIED = 0,
    MI_ERRORCATEGORY_OPEN_ERROR = 1,
    MI_ERRORCATEGORY_CLOS_EERROR = 2,
    MI_ERRORCATEGORY_DEVICE_ERROR = 3,
    MI_ERRORCATEGORY_DEADLOCK_DETECTED = 4,
    MI_ERRORCATEGORY_INVALID_ARGUMENT = 5,
    MI_ERRORCATEGORY_INVALID_DATA = 6,
    MI_ERRORCATEGORY_INVALID_OPERATION = 7,
    MI_ERRORCATEGORY_INVALID_RESULT = 8,
    MI_ERRORCATEGORY_INVALID_TYPE = 9,
    MI_ERRORCATEGORY_METADATA_ERROR = 10,
    MI_ERRORCATEGORY_NOT_IMPLEMENTED = 11,
    MI_ERRORCATEGORY_NOT_INSTALLED = 12,
    MI_ERRORCATEGORY_OBJECT_NOT_FOUND = 13,
    MI_ERRORCATEGORY_OPERATION_STOPPED = 14,
    MI_ERRORCATEGORY_OPERATION_TIMEOUT = 15,
    MI_ERRORCATEGORY_SYNTAX_ERROR = 16,
    MI_ERRORCATEGORY_PARSER_ERROR = 17,
    MI_ERRORCATEGORY_ACCESS_DENIED = 18,
    MI_ERRORCATEGORY_RESOURCE_BUSY = 19,
    MI_ERRORCATEGORY_RESOURCE_EXISTS = 20,
    MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE = 21,
    MI_ERRORCATEGORY_READ_ERROR = 22,
    MI_ERRORCATEGORY_WRITE_ERROR = 23,
    MI_ERRORCATEGORY_FROM_STDERR = 24,
    MI_ERRORCATEGORY_SECURITY_ERROR = 25,
    MI_ERRORCATEGORY_PROTOCOL_ERROR = 26,
    MI_ERRORCATEGORY_CONNECTION_ERROR = 27,
    MI_ERRORCATEGORY_AUTHENTICATION_ERROR = 28,
    MI_ERRORCATEGORY_LIMITS_EXCEEDED = 29,
    MI_ERRORCATEGORY_QUOTA_EXCEEDED = 30,
    MI_ERRORCATEGORY_NOT_ENABLED = 31
} MI_ErrorCategory;

/* DSP0004's types; an array type is its scalar with MI_ARRAY set. */
typedef enum _MI_Type {
    MI_BOOLEAN = 0,
    MI_UINT8 = 1,
    MI_SINT8 = 2,
    MI_UINT16 = 3,
    MI_SINT16 = 4,
    MI_UINT32 = 5,
    MI_SINT32 = 6,
    MI_UINT64 = 7,
    MI_SINT64 = 8,
    MI_REAL32 = 9,
    MI_REAL64 = 10,
    MI_CHAR16 = 11,
    MI_DATETIME = 12,
    MI_STRING = 13,
    MI_REFERENCE = 14,
    MI_INSTANCE = 15,
    MI_BOOLEANA = 16,
    MI_UINT8A = 17,
    MI_SINT8A = 18,
    MI_UINT16A = 19,
    MI_SINT16A = 20,
    MI_UINT32A = 21,
    MI_SINT32A = 22,
    MI_UINT64A = 23,
    MI_SINT64A = 24,
    MI_REAL32A = 25,
    MI_REAL64A = 26,
    MI_CHAR16A = 27,
    MI_DATETIMEA = 28,
    MI_STRINGA = 29,
    MI_REFERENCEA = 30,
    MI_INSTANCEA = 31
} MI_Type;
#define MI_ARRAY 16

/* Flags of an element. Only KEY, NULL, BORROW and ADOPT mean anything here; the others are
 * Microsoft's and reserved. */
#define MI_FLAG_CLASS           (1u << 0)
#define MI_FLAG_METHOD          (1u << 1)
#define MI_FLAG_PROPERTY        (1u << 2)
#define MI_FLAG_PARAMETER       (1u << 3)
#define MI_FLAG_ASSOCIATION     (1u << 4)
#define MI_FLAG_INDICATION      (1u << 5)
#define MI_FLAG_REFERENCE       (1u << 6)
#define MI_FLAG_ANY             (0x7Fu)
#define MI_FLAG_ENABLEOVERRIDE  (1u << 7)
#define MI_FLAG_DISABLEOVERRIDE (1u << 8)
#define MI_FLAG_RESTRICTED      (1u << 9)
#define MI_FLAG_TOSUBCLASS      (1u << 10)
#define MI_FLAG_TRANSLATABLE    (1u << 11)
#define MI_FLAG_KEY             (1u << 12)
#define MI_FLAG_IN              (1u << 13)
#define MI_FLAG_OUT             (1u << 14)
#define MI_FLAG_REQUIRED        (1u << 15)
#define MI_FLAG_STATIC          (1u << 16)
#define MI_FLAG_ABSTRACT        (1u << 17)
#define MI_FLAG_TERMINAL        (1u << 18)
#define MI_FLAG_EXPENSIVE       (1u << 19)
#define MI_FLAG_STREAM          (1u << 20)
#define MI_FLAG_READONLY        (1u << 21)
#define MI_FLAG_NOT_MODIFIED    (1u << 25)
#define MI_FLAG_NULL            (1u << 29)
#define MI_FLAG_BORROW          (1u << 30)
#define MI_FLAG_ADOPT           (1u << 31)

/* utc: minutes from UTC. */
typedef struct _MI_Timestamp {
    MI_Uint32 year, month, day, hour, minute, second, microseconds;
    MI_Sint32 utc;
} MI_Timestamp;

typedef struct _MI_Interval {
    MI_Uint32 days, hours, minutes, seconds, microseconds;
    MI_Uint32 __padding1, __padding2, __padding3;
} MI_Interval;

typedef struct _MI_Datetime {
    MI_Uint32 isTimestamp;
    union {
        MI_Timestamp timestamp;
        MI_Interval interval;
    } u;
} MI_Datetime;

typedef struct _MI_Instance MI_Instance;

#define CIM_TYPES_ARRAY(name, element) \
    typedef struct _MI_##name {        \
        element *data;                 \
        MI_Uint32 size;                \
    } MI_##name;                       \
    typedef struct _MI_Const##name {   \
        const element *data;           \
        MI_Uint32 size;                \
    } MI_Const##name

CIM_TYPES_ARRAY(BooleanA, MI_Boolean);
CIM_TYPES_ARRAY(Uint8A, MI_Uint8);
CIM_TYPES_ARRAY(Sint8A, MI_Sint8);
CIM_TYPES_ARRAY(Uint16A, MI_Uint16);
CIM_TYPES_ARRAY(Sint16A, MI_Sint16);
CIM_TYPES_ARRAY(Uint32A, MI_Uint32);
CIM_TYPES_ARRAY(Sint32A, MI_Sint32);
CIM_TYPES_ARRAY(Uint64A, MI_Uint64);
CIM_TYPES_ARRAY(Sint64A, MI_Sint64);
CIM_TYPES_ARRAY(Real32A, MI_Real32);
CIM_TYPES_ARRAY(Real64A, MI_Real64);
CIM_TYPES_ARRAY(Char16A, MI_Char16);
CIM_TYPES_ARRAY(DatetimeA, MI_Datetime);

typedef struct _MI_StringA {
    MI_Char **data;
    MI_Uint32 size;
} MI_StringA;
typedef struct _MI_ConstStringA {
    const MI_Char *const *data;
    MI_Uint32 size;
} MI_ConstStringA;
typedef struct _MI_ReferenceA {
    MI_Instance **data;
    MI_Uint32 size;
} MI_ReferenceA;
typedef struct _MI_InstanceA {
    MI_Instance **data;
    MI_Uint32 size;
} MI_InstanceA;

/* Any untyped array: every member of the union that is an array begins like this. */
typedef struct _MI_Array {
    void *data;
    MI_Uint32 size;
} MI_Array;

typedef union _MI_Value {
    MI_Boolean boolean;
    MI_Uint8 uint8;
    MI_Sint8 sint8;
    MI_Uint16 uint16;
    MI_Sint16 sint16;
    MI_Uint32 uint32;
    MI_Sint32 sint32;
    MI_Uint64 uint64;
    MI_Sint64 sint64;
    MI_Real32 real32;
    MI_Real64 real64;
    MI_Char16 char16;
    MI_Datetime datetime;
    MI_Char *string;
    MI_Instance *instance;
    MI_Instance *reference;
    MI_BooleanA booleana;
    MI_Uint8A uint8a;
    MI_Sint8A sint8a;
    MI_Uint16A uint16a;
    MI_Sint16A sint16a;
    MI_Uint32A uint32a;
    MI_Sint32A sint32a;
    MI_Uint64A uint64a;
    MI_Sint64A sint64a;
    MI_Real32A real32a;
    MI_Real64A real64a;
    MI_Char16A char16a;
    MI_DatetimeA datetimea;
    MI_StringA stringa;
    MI_ReferenceA referencea;
    MI_InstanceA instancea;
    MI_Array array;
} MI_Value;

#endif
