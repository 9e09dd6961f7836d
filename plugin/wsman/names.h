/* SPDX-License-Identifier: MIT */
/*
 * names: the URIs of WS-Management, once. As they stand in recorded traffic (shared/replies) and in
 * shared/facts/wire.md.
 */
#ifndef WSMAN_NAMES_H
#define WSMAN_NAMES_H

#define WSMAN_NS_SOAP        "http://www.w3.org/2003/05/soap-envelope"
#define WSMAN_NS_SOAP11      "http://schemas.xmlsoap.org/soap/envelope/"
#define WSMAN_NS_ADDRESSING  "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define WSMAN_NS_ENUMERATION "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define WSMAN_NS_TRANSFER    "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define WSMAN_NS_WSMAN       "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define WSMAN_NS_WSMAN_2005                                              \
    "http://schemas.xmlsoap.org/ws/2005/06/management" /* before DSP0226 \
                                                        */
#define WSMAN_NS_IDENTITY   "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
#define WSMAN_NS_MICROSOFT  "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
#define WSMAN_NS_FAULT      "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
#define WSMAN_NS_CIM        "http://schemas.dmtf.org/wbem/wscim/1/common"
#define WSMAN_NS_CIMBINDING "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
#define WSMAN_NS_XSI        "http://www.w3.org/2001/XMLSchema-instance"
#define WSMAN_NS_XS         "http://www.w3.org/2001/XMLSchema"

#define WSMAN_ACTION_GET       "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
#define WSMAN_ACTION_ENUMERATE WSMAN_NS_ENUMERATION "/Enumerate"
#define WSMAN_ACTION_PULL      WSMAN_NS_ENUMERATION "/Pull"
#define WSMAN_ACTION_RELEASE   WSMAN_NS_ENUMERATION "/Release"
#define WSMAN_ANONYMOUS        "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"

#define WSMAN_URI_PREFIX_WMI  "http://schemas.microsoft.com/wbem/wsman/1/wmi"
#define WSMAN_URI_PREFIX_DMTF "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2"

/* "All classes", which a query is addressed to (DSP0227 6.3; the WMI form has its own star). */
#define WSMAN_URI_DMTF_ALL "http://schemas.dmtf.org/wbem/wscim/1/*"

/* Class declarations (shared/facts/wire.md 2). */
#define WSMAN_URI_CIM_XML "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*"

#define WSMAN_SELECTOR_NAMESPACE "__cimnamespace"

#define WSMAN_DIALECT_WQL "http://schemas.microsoft.com/wbem/wsman/1/WQL"  /* MS-WSMV 3.1.4.1.13 */
#define WSMAN_DIALECT_CQL "http://schemas.dmtf.org/wbem/cql/1/dsp0202.pdf" /* DSP0227 8.1 */

#endif
