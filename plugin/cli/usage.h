/* SPDX-License-Identifier: MIT */
/* usage: what mi-get --help says. Included by request.c alone. */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

static const char usage_text[] =
    "usage: mi-get [-a METHOD] [-u USER] [-P PASSWORD-FILE] [-t SECONDS] [-n NAMESPACE]\n"
    "              [--keytab FILE] [--ccache NAME] [--spn SPN] [--realm REALM]\n"
    "              [--fallback ntlm] [--cert FILE --key FILE] [--cacert FILE]\n"
    "              [-k|--insecure] [--allow-unencrypted] [--resource-uri wmi|dmtf] [--json]\n"
    "              [--typed] URL OBJECT [PROPERTY...]\n"
    "       mi-get [...] --all [--keys] URL CLASS [PROPERTY...]\n"
    "       mi-get [...] --query WQL URL [PROPERTY...]\n"
    "       mi-get [...] --class URL CLASS [PROPERTY...]\n"
    "\n"
    "  URL     http://host or https://host; port 5985 or 5986 and path /wsman where it says none\n"
    "  OBJECT  a WMI object path: 'Win32_LogicalDisk.DeviceID=\"C:\"', 'Win32_OperatingSystem=@'\n"
    "\n"
    "  -a METHOD             negotiate (the default: Kerberos), kerberos, ntlm, basic,\n"
    "                        certificate, none\n"
    "  -u USER               monitor, CORP\\monitor or monitor@REALM; without it the ticket of\n"
    "                        kinit is used\n"
    "  -P FILE               a file whose first line is the password\n"
    "  --keytab FILE         the user's key instead of a password\n"
    "  --ccache NAME         a ticket instead of a password: FILE:/tmp/krb5cc_1000\n"
    "  --spn SPN             the host's service principal; default HTTP/host, then WSMAN/host\n"
    "  --realm REALM         the user's realm\n"
    "  --fallback ntlm       let negotiate go on with NTLM where Kerberos cannot be had\n"
    "  --cert FILE --key FILE  the client certificate of method certificate, PEM\n"
    "  -t SECONDS            how long it may take in all (default 60)\n"
    "  -n NAMESPACE          default root/cimv2, or the one in OBJECT\n"
    "  --cacert FILE         PEM file of the authorities that may sign the host's certificate\n"
    "  -k, --insecure        accept any certificate\n"
    "  --allow-unencrypted   let a password and everything else travel readable over http\n"
    "  --resource-uri FORM   wmi (Windows, the default) or dmtf (other servers)\n"
    "  --all                 all instances of a class, an empty line between two\n"
    "  --keys                of these the keys alone\n"
    "  --query WQL           the instances of a query: 'SELECT Name FROM Win32_Service'\n"
    "  --class               what the class declares: type, key, counter type of each property\n"
    "  --typed               ask for the class first, too, so that numbers, booleans, arrays of\n"
    "                        one and keys are known as such; what the host refuses stays text\n"
    "  --json                print one JSON object, or one a line; of a failure {\"error\": "
    "{...}}, with the\n"
    "                        properties of MI's completion details\n";

#endif
