/* SPDX-License-Identifier: MIT */
/*
 * Synthetic raw performance classes. Widths as in shared/facts/windows.md; names of PhysicalDisk,
 * NetworkInterface and Process as recorded, of the others from common knowledge, not seen on a
 * host.
 */
#include "sim/tables.h"

/* clang-format off: one row a property */
static const struct sim_instance only[] = {{NULL, 100, 100}};
static const struct sim_instance few[] = {{NULL, 10, 10}};

/* user 15 %, privileged 6 % of a CPU of a host at 100 percent; idle is what remains
 * (PercentProcessorTime is idle time, an inverse counter). */
static const struct sim_instance cpus[] = {{"0", 120, 120}, {"1", 80, 80}, {"_Total", 200, 100}};

static const struct sim_property processor[] = {
    U64("C1TransitionsPersec", 0, 250000),
    U64("C2TransitionsPersec", 0, 0),
    U64("C3TransitionsPersec", 0, 0),
    NIL("Caption"),
    NIL("Description"),
    TEXT_AS("DPCRate", "0", AS32(PERF_RAWCOUNT)),
    U32("DPCsQueuedPersec", 0, 40000),
    FREQUENCIES("0"),
    U32("InterruptsPersec", 4294000000u, 900000),
    KEY("Name"),
    SAME("PercentC1Time", "PercentProcessorTime", AS64(PERF_100NS_TIMER)),
    MEAN("PercentC2Time", 0, AS64(PERF_100NS_TIMER)),
    MEAN("PercentC3Time", 0, AS64(PERF_100NS_TIMER)),
    MEAN("PercentDPCTime", 3, AS64(PERF_100NS_TIMER)),
    SAME("PercentIdleTime", "PercentProcessorTime", AS64(PERF_100NS_TIMER)),
    MEAN("PercentInterruptTime", 5, AS64(PERF_100NS_TIMER)),
    MEAN("PercentPrivilegedTime", 60, AS64(PERF_100NS_TIMER)),
    REST("PercentProcessorTime", "PercentPrivilegedTime|PercentUserTime",
         AS64(PERF_100NS_TIMER_INV)),
    MEAN("PercentUserTime", 150, AS64(PERF_100NS_TIMER)),
    TIMESTAMPS,
};

static const struct sim_property memory[] = {
    RAW64("AvailableBytes", 1024, 3072, 300, 1048576),
    RAW64("AvailableKBytes", 1024, 3072, 300, 1024),
    RAW64("AvailableMBytes", 1024, 3072, 300, 1),
    RAW64("CacheBytes", 64, 256, 600, 1048576),
    TEXT_AS("CacheBytesPeak", "268435456", AS64(PERF_LARGE_RAWCOUNT)),
    U32("CacheFaultsPersec", 0, 120000),
    NIL("Caption"),
    TEXT_AS("CommitLimit", "5368709120", AS64(PERF_LARGE_RAWCOUNT)),
    RAW64("CommittedBytes", 1024, 3072, 400, 1048576),
    U32("DemandZeroFaultsPersec", 4290000000u, 800000),
    NIL("Description"),
    RAW64("FreeAndZeroPageListBytes", 256, 512, 200, 1048576),
    TEXT("FreeSystemPageTableEntries", "33555000"),
    FREQUENCIES("0"),
    RAW64("ModifiedPageListBytes", 8, 64, 150, 1048576),
    NIL("Name"),
    U32("PageFaultsPersec", 4294900000u, 1500000),
    U32("PageReadsPersec", 0, 3000),
    U32("PagesInputPersec", 0, 9000),
    U32("PagesOutputPersec", 0, 4000),
    SUM32("PagesPersec", "PagesInputPersec|PagesOutputPersec"),
    U32("PageWritesPersec", 0, 1000),
    WAVE("PercentCommittedBytesInUse", 1024, 3072, 400, 256, AS32(PERF_FRACTION)),
    TEXT_AS("PercentCommittedBytesInUse_Base", "1310720", AS32(PERF_FRACTION_BASE)),
    TOTAL("PoolNonpagedAllocs", 60000, 100),
    RAW64("PoolNonpagedBytes", 32, 64, 900, 1048576),
    TOTAL("PoolPagedAllocs", 90000, 100),
    RAW64("PoolPagedBytes", 64, 128, 900, 1048576),
    RAW64("PoolPagedResidentBytes", 48, 96, 900, 1048576),
    RAW64("StandbyCacheCoreBytes", 16, 32, 700, 1048576),
    RAW64("StandbyCacheNormalPriorityBytes", 256, 512, 700, 1048576),
    RAW64("StandbyCacheReserveBytes", 8, 16, 700, 1048576),
    RAW64("SystemCacheResidentBytes", 64, 256, 600, 1048576),
    TEXT_AS("SystemCodeResidentBytes", "0", AS64(PERF_LARGE_RAWCOUNT)),
    TEXT_AS("SystemCodeTotalBytes", "0", AS64(PERF_LARGE_RAWCOUNT)),
    TEXT_AS("SystemDriverResidentBytes", "4820992", AS64(PERF_LARGE_RAWCOUNT)),
    TEXT_AS("SystemDriverTotalBytes", "12300288", AS64(PERF_LARGE_RAWCOUNT)),
    TIMESTAMPS,
    U32("TransitionFaultsPersec", 0, 600000),
    U32("TransitionPagesRePurposedPersec", 0, 0),
    U32("WriteCopiesPersec", 0, 5000),
};

static const struct sim_property system_objects[] = {
    U32("AlignmentFixupsPersec", 0, 0),
    NIL("Caption"),
    U32("ContextSwitchesPersec", 4294500000u, 2500000),
    NIL("Description"),
    U32("ExceptionDispatchesPersec", 0, 2000),
    U64("FileControlBytesPersec", 0, 90000000),
    U32("FileControlOperationsPersec", 0, 500000),
    SUM32("FileDataOperationsPersec", "FileReadOperationsPersec|FileWriteOperationsPersec"),
    U64("FileReadBytesPersec", 0, 4000000000u),
    U32("FileReadOperationsPersec", 0, 300000),
    U64("FileWriteBytesPersec", 0, 1500000000u),
    U32("FileWriteOperationsPersec", 0, 100000),
    U32("FloatingEmulationsPersec", 0, 0),
    FREQUENCIES("10000000"),
    NIL("Name"),
    TEXT_AS("PercentRegistryQuotaInUse", "23000000", AS32(PERF_FRACTION)),
    TEXT_AS("PercentRegistryQuotaInUse_Base", "375809638", AS32(PERF_FRACTION_BASE)),
    RAW32("Processes", 40, 80, 240, 1),
    RAW32("ProcessorQueueLength", 0, 6, 60, 1),
    U32("SystemCallsPersec", 4294967000u, 9000000),
    BOOT("SystemUpTime"),
    RAW32("Threads", 500, 900, 240, 1),
    TIMESTAMPS_OBJECT,
};

static const struct sim_instance paging_files[] = {{"\\??\\C:\\pagefile.sys", 100, 100},
                                                   {"_Total", 100, 100}};

static const struct sim_property paging_file[] = {
    NIL("Caption"),
    NIL("Description"),
    FREQUENCIES("0"),
    KEY("Name"),
    WAVE("PercentUsage", 0, 128, 600, 256, AS32(PERF_FRACTION)),
    TEXT_AS("PercentUsage_Base", "262144", AS32(PERF_FRACTION_BASE)),
    TEXT_AS("PercentUsagePeak", "32768", AS32(PERF_FRACTION)),
    TEXT_AS("PercentUsagePeak_Base", "262144", AS32(PERF_FRACTION_BASE)),
    TIMESTAMPS,
};

/* The two disk classes share these rows. Private _Base timestamps are not Timestamp_Sys100NS
 * (shared/facts/windows.md). */
#define DISK_AVERAGES                                                                          \
    SAME("AvgDiskBytesPerRead", "DiskReadBytesPersec", AS64(PERF_AVG_BULK)),                   \
        SAME("AvgDiskBytesPerRead_Base", "DiskReadsPersec", AS32(PERF_AVG_BASE)),              \
        SAME("AvgDiskBytesPerTransfer", "DiskBytesPersec", AS64(PERF_AVG_BULK)),               \
        SAME("AvgDiskBytesPerTransfer_Base", "DiskTransfersPersec", AS32(PERF_AVG_BASE)),      \
        SAME("AvgDiskBytesPerWrite", "DiskWriteBytesPersec", AS64(PERF_AVG_BULK)),             \
        SAME("AvgDiskBytesPerWrite_Base", "DiskWritesPersec", AS32(PERF_AVG_BASE)),            \
        SUM_AS("AvgDiskQueueLength", "AvgDiskReadQueueLength|AvgDiskWriteQueueLength",         \
               AS64(PERF_100NS_QUEUELEN)),                                                     \
        TICKS("AvgDiskReadQueueLength", 20, AS64(PERF_100NS_QUEUELEN)),                        \
        U32_AS("AvgDisksecPerRead", 4232087500u, 25000000000u, PERF_AVG_TIMER),                \
        SAME("AvgDisksecPerRead_Base", "DiskReadsPersec", AS32(PERF_AVG_BASE)),                \
        SUM_AS("AvgDisksecPerTransfer", "AvgDisksecPerRead|AvgDisksecPerWrite",                \
               AS32(PERF_AVG_TIMER)),                                                          \
        SAME("AvgDisksecPerTransfer_Base", "DiskTransfersPersec", AS32(PERF_AVG_BASE)),        \
        U32_AS("AvgDisksecPerWrite", 1297212500u, 12000000000u, PERF_AVG_TIMER),               \
        SAME("AvgDisksecPerWrite_Base", "DiskWritesPersec", AS32(PERF_AVG_BASE)),              \
        TICKS("AvgDiskWriteQueueLength", 10, AS64(PERF_100NS_QUEUELEN)), NIL("Caption"),       \
        RAW32("CurrentDiskQueueLength", 0, 4, 30, 1), NIL("Description"),                      \
        SUM64("DiskBytesPersec", "DiskReadBytesPersec|DiskWriteBytesPersec"),                  \
        U64("DiskReadBytesPersec", 24306176, 2000000000u), U32("DiskReadsPersec", 968, 40000), \
        SUM32("DiskTransfersPersec", "DiskReadsPersec|DiskWritesPersec"),                      \
        U64("DiskWriteBytesPersec", 1970176, 700000000u), U32("DiskWritesPersec", 315, 15000)

#define DISK_TIMES                                                            \
    MEAN("PercentDiskReadTime", 20, AS64(PERF_PRECISION_100NS)),              \
        NOW_AS("PercentDiskReadTime_Base", 20012, AS64(PERF_LARGE_BASE)),     \
        SUM_AS("PercentDiskTime", "PercentDiskReadTime|PercentDiskWriteTime", \
               AS64(PERF_PRECISION_100NS)),                                   \
        NOW_AS("PercentDiskTime_Base", 20012, AS64(PERF_LARGE_BASE)),         \
        MEAN("PercentDiskWriteTime", 10, AS64(PERF_PRECISION_100NS)),         \
        NOW_AS("PercentDiskWriteTime_Base", 20012, AS64(PERF_LARGE_BASE))

static const struct sim_instance logical_disks[] = {
    {"C:", 100, 100}, {"D:", 50, 50}, {"HarddiskVolume1", 10, 10}, {"_Total", 160, 53}};

static const struct sim_property logical_disk[] = {
    DISK_AVERAGES,
    RAW32("FreeMegabytes", 20480, 61440, 1200, 1),
    FREQUENCIES("0"),
    KEY("Name"),
    DISK_TIMES,
    WAVE("PercentFreeSpace", 20480, 61440, 1200, 1, AS32(PERF_FRACTION)),
    EACH_AS("PercentFreeSpace_Base", "102400|51200|10240|163840", AS32(PERF_FRACTION_BASE)),
    REST("PercentIdleTime", "PercentDiskTime", AS64(PERF_PRECISION_100NS)),
    NOW_AS("PercentIdleTime_Base", 20012, AS64(PERF_LARGE_BASE)),
    U32("SplitIOPerSec", 0, 100),
    TIMESTAMPS,
};

static const struct sim_instance physical_disks[] = {
    {"0 C:", 100, 100}, {"1 D:", 50, 50}, {"_Total", 150, 75}};

static const struct sim_property physical_disk[] = {
    DISK_AVERAGES,
    FREQUENCIES("0"),
    KEY("Name"),
    DISK_TIMES,
    REST("PercentIdleTime", "PercentDiskTime", AS64(PERF_PRECISION_100NS)),
    NOW_AS("PercentIdleTime_Base", 20012, AS64(PERF_LARGE_BASE)),
    U32("SplitIOPerSec", 0, 100),
    TIMESTAMPS,
};

static const struct sim_instance interfaces[] = {{"Intel[R] PRO_1000", 100, 100},
                                                 {"Intel[R] PRO_1000 _2", 20, 20},
                                                 {"isatap.example.com", 0, 0},
                                                 {"Local Area Connection* 11", 0, 0}};

static const struct sim_property network_interface[] = {
    U64("BytesReceivedPersec", 912447, 3000000000u),
    U64("BytesSentPersec", 3583981, 900000000u),
    SUM64("BytesTotalPersec", "BytesReceivedPersec|BytesSentPersec"),
    NIL("Caption"),
    EACH_AS("CurrentBandwidth", "1000000000|1000000000|100000", AS64(PERF_LARGE_RAWCOUNT)),
    NIL("Description"),
    FREQUENCIES("0"),
    KEY("Name"),
    TEXT_AS("OffloadedConnections", "0", AS64(PERF_LARGE_RAWCOUNT)),
    TEXT_AS("OutputQueueLength", "0", AS64(PERF_LARGE_RAWCOUNT)),
    TOTAL("PacketsOutboundDiscarded", 0, 20),
    TOTAL("PacketsOutboundErrors", 0, 10),
    SUM32("PacketsPersec", "PacketsReceivedPersec|PacketsSentPersec"),
    TOTAL("PacketsReceivedDiscarded", 0, 30),
    TOTAL("PacketsReceivedErrors", 0, 10),
    U32("PacketsReceivedNonUnicastPersec", 3, 2000),
    SUM32("PacketsReceivedPersec", "PacketsReceivedNonUnicastPersec|PacketsReceivedUnicastPersec"),
    U32("PacketsReceivedUnicastPersec", 4294960000u, 3000000),
    TOTAL("PacketsReceivedUnknown", 0, 0),
    U32("PacketsSentNonUnicastPersec", 282, 500),
    SUM32("PacketsSentPersec", "PacketsSentNonUnicastPersec|PacketsSentUnicastPersec"),
    U32("PacketsSentUnicastPersec", 5571, 1500000),
    TIMESTAMPS,
};

static const struct sim_property tcpv4[] = {
    NIL("Caption"),
    TOTAL("ConnectionFailures", 12, 30),
    TOTAL("ConnectionsActive", 100, 2000),
    RAW32("ConnectionsEstablished", 20, 120, 180, 1),
    TOTAL("ConnectionsPassive", 80, 3000),
    TOTAL("ConnectionsReset", 5, 100),
    NIL("Description"),
    FREQUENCIES("0"),
    NIL("Name"),
    SUM32("SegmentsPersec", "SegmentsReceivedPersec|SegmentsSentPersec"),
    U32("SegmentsReceivedPersec", 4294960000u, 2500000),
    U32("SegmentsRetransmittedPersec", 0, 300),
    U32("SegmentsSentPersec", 0, 1400000),
    TIMESTAMPS,
};

static const struct sim_instance processes[] = {{"System", 20, 20},
                                                {"svchost", 60, 60},
                                                {"svchost#1", 30, 30},
                                                {"sqlservr", 150, 150},
                                                {"_Total", 260, 260}};

static const struct sim_property process[] = {
    NIL("Caption"),
    TEXT_AS("CreatingProcessID", "4", AS32(PERF_RAWCOUNT)),
    NIL("Description"),
    BOOT("ElapsedTime"),
    FREQUENCIES("10000000"),
    RAW32("HandleCount", 200, 400, 500, 1),
    BEARER("IDProcess", "4|812|936|2044|0", AS32(PERF_RAWCOUNT)),
    SUM64("IODataBytesPersec", "IOReadBytesPersec|IOWriteBytesPersec"),
    SUM64("IODataOperationsPersec", "IOReadOperationsPersec|IOWriteOperationsPersec"),
    U64("IOOtherBytesPersec", 0, 20000000),
    U64("IOOtherOperationsPersec", 0, 90000),
    U64("IOReadBytesPersec", 0, 400000000),
    U64("IOReadOperationsPersec", 0, 50000),
    U64("IOWriteBytesPersec", 0, 100000000),
    U64("IOWriteOperationsPersec", 0, 20000),
    KEY("Name"),
    U32("PageFaultsPersec", 1, 200000),
    RAW64("PageFileBytes", 16, 48, 500, 1048576),
    TEXT_AS("PageFileBytesPeak", "134217728", AS64(PERF_LARGE_RAWCOUNT)),
    MEAN("PercentPrivilegedTime", 10, AS64(PERF_100NS_TIMER)),
    SUM_AS("PercentProcessorTime", "PercentPrivilegedTime|PercentUserTime", AS64(PERF_100NS_TIMER)),
    MEAN("PercentUserTime", 40, AS64(PERF_100NS_TIMER)),
    TEXT_AS("PoolNonpagedBytes", "24576", AS32(PERF_RAWCOUNT)),
    TEXT_AS("PoolPagedBytes", "180224", AS32(PERF_RAWCOUNT)),
    TEXT_AS("PriorityBase", "8", AS32(PERF_RAWCOUNT)),
    RAW64("PrivateBytes", 16, 48, 500, 1048576),
    RAW32("ThreadCount", 8, 24, 500, 1),
    TIMESTAMPS_OBJECT,
    TEXT_AS("VirtualBytes", "2199180640256", AS64(PERF_LARGE_RAWCOUNT)),
    TEXT_AS("VirtualBytesPeak", "2199182737408", AS64(PERF_LARGE_RAWCOUNT)),
    RAW64("WorkingSet", 24, 64, 500, 1048576),
    TEXT_AS("WorkingSetPeak", "167772160", AS64(PERF_LARGE_RAWCOUNT)),
    RAW64("WorkingSetPrivate", 12, 32, 500, 1048576),
};

const struct sim_class sim_classes_perf[] = {
    CLASS("Win32_PerfRawData_PerfOS_Processor", "Name", cpus, processor),
    CLASS("Win32_PerfRawData_PerfOS_Memory", NULL, only, memory),
    CLASS("Win32_PerfRawData_PerfOS_System", NULL, only, system_objects),
    CLASS("Win32_PerfRawData_PerfOS_PagingFile", "Name", paging_files, paging_file),
    CLASS("Win32_PerfRawData_PerfDisk_LogicalDisk", "Name", logical_disks, logical_disk),
    CLASS("Win32_PerfRawData_PerfDisk_PhysicalDisk", "Name", physical_disks, physical_disk),
    CLASS("Win32_PerfRawData_Tcpip_NetworkInterface", "Name", interfaces, network_interface),
    CLASS("Win32_PerfRawData_Tcpip_NetworkAdapter", "Name", interfaces, network_interface),
    CLASS("Win32_PerfRawData_Tcpip_TCPv4", NULL, only, tcpv4),
    CLASS("Win32_PerfRawData_Tcpip_TCPv6", NULL, few, tcpv4),
    CLASS("Win32_PerfRawData_PerfProc_Process", "Name", processes, process),
};
const size_t sim_classes_perf_count = COUNT(sim_classes_perf);
/* clang-format on */
