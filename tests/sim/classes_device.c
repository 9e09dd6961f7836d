/* SPDX-License-Identifier: MIT */
/*
 * Synthetic classes that are no counters: disks, volumes, page files, processes, adapters, and
 * those of other namespaces than root/cimv2: Hyper-V, clusters, Defender, storage. Win32_DiskDrive
 * as in a recorded reply, the others from the sources that the files of conf/modules cite.
 */
#include "sim/tables.h"

/* clang-format off: one row a property */
static const struct sim_instance only[] = {{NULL, 100, 100}};

static const struct sim_instance drives[] = {{"\\\\.\\PHYSICALDRIVE0", 100, 100},
                                             {"\\\\.\\PHYSICALDRIVE1", 50, 50}};

static const struct sim_property disk_drive[] = {
    NIL("Availability"),
    TEXT("BytesPerSector", "512"),
    ARRAY("Capabilities", "3|4"),
    TEXT("Caption", "Simulated Disk Device"),
    TEXT("CreationClassName", "Win32_DiskDrive"),
    KEY("DeviceID"),
    EACH("Index", "0|1"),
    TEXT("InterfaceType", "SCSI"),
    TEXT("Manufacturer", "(Standard disk drives)"),
    TEXT("MediaType", "Fixed hard disk media"),
    EACH("Partitions", "2|1"),
    EACH("Size", "107374182400|53687091200"),
    EACH("Status", "OK|Pred Fail"),
    TEXT("SystemCreationClassName", "Win32_ComputerSystem"),
    HOST("SystemName"),
};

static const struct sim_instance volumes[] = {
    {"\\\\?\\Volume{01234567-89ab-cdef-0123-456789abcdef}\\", 100, 100}};

static const struct sim_property volume[] = {
    TEXT("Capacity", "107374182400"),
    KEY("DeviceID"),
    TEXT("DirtyBitSet", "false"),
    TEXT("DriveLetter", "C:"),
    WAVE("FreeSpace", 20480, 61440, 1200, 1048576),
};

static const struct sim_instance page_files[] = {{"C:\\pagefile.sys", 100, 100}};

static const struct sim_property page_file_usage[] = {
    TEXT("AllocatedBaseSize", "1024"),
    WAVE("CurrentUsage", 0, 128, 600, 1),
    KEY("Name"),
    TEXT("PeakUsage", "140"),
};

static const struct sim_instance handles[] = {{"4", 20, 20}, {"812", 100, 100}};

static const struct sim_property win32_process[] = {
    BOOT_DATE("CreationDate"),
    KEY("Handle"),
    WAVE("HandleCount", 200, 400, 500, 1),
    TICKS("KernelModeTime", 10),
    EACH("Name", "System|svchost.exe"),
    WAVE("ThreadCount", 8, 24, 500, 1),
    TICKS("UserModeTime", 40),
    WAVE("WorkingSetSize", 24, 64, 500, 1048576),
};

static const struct sim_instance adapters[] = {{"1", 100, 100}};

static const struct sim_property network_adapter[] = {
    KEY("DeviceID"),
    TEXT("NetConnectionStatus", "2"),
    TEXT("NetEnabled", "true"),
    TEXT("Speed", "1000000000"),
};

static const struct sim_instance guests[] = {{"6F8D2C5A-0B7E-4E0E-9D1E-6A1B2C3D4E5F", 100, 100},
                                             {"7A8D2C5A-0B7E-4E0E-9D1E-6A1B2C3D4E5F", 50, 50},
                                             {"*", 100, 100}}; /* the host itself */

static const struct sim_property guest[] = {
    TEXT("CreationClassName", "Msvm_ComputerSystem"),
    EACH("ElementName", "crm|backup|host"),
    EACH("EnabledState", "2|3|2"),
    EACH("HealthState", "5|5|5"),
    KEY("Name"),
    U64_AS("OnTimeInMilliseconds", 0, 1000000, 0),
    ARRAY("OperationalStatus", "2"),
};

static const struct sim_instance nodes[] = {{"NODE1", 100, 100}, {"NODE2", 100, 100}};

static const struct sim_property node[] = {
    TEXT("DynamicWeight", "1"),
    KEY("Name"),
    TEXT("NodeWeight", "1"),
    EACH("State", "0|2"),
};

static const struct sim_instance cluster_resources[] = {{"Cluster Name", 100, 100},
                                                        {"File Share", 100, 100}};

static const struct sim_property cluster_resource[] = {
    KEY("Name"),
    TEXT("OwnerGroup", "Cluster Group"),
    EACH("State", "2|4"),
};

static const struct sim_property computer_status[] = {
    TEXT("AMServiceEnabled", "true"),
    TEXT("AntispywareSignatureAge", "1"),
    DATE("AntispywareSignatureLastUpdated", "2023-12-31T03:00:00Z"),
    TEXT("AntivirusEnabled", "true"),
    TEXT("AntivirusSignatureAge", "1"),
    DATE("AntivirusSignatureLastUpdated", "2023-12-31T03:00:00Z"),
    TEXT("ComputerID", "A69DA5B8-06B3-4A00-B2C1-D18ED66BAD40"),
    TEXT("ComputerState", "0"),
    TEXT("FullScanAge", "4294967295"),
    NIL("FullScanEndTime"),
    TEXT("QuickScanAge", "4294967295"),
    NIL("QuickScanEndTime"),
    TEXT("RealTimeProtectionEnabled", "true"),
};

static const struct sim_instance storage_disks[] = {
    {"{1}\\\\HOST\\root/Microsoft/Windows/Storage/"
     "Providers_v2\\SPACES_PhysicalDisk.ObjectId=\"{00000000-0000-0000-0000-000000000000}:PD:{1}\"",
     100, 100},
    {"{1}\\\\HOST\\root/Microsoft/Windows/Storage/"
     "Providers_v2\\SPACES_PhysicalDisk.ObjectId=\"{00000000-0000-0000-0000-000000000000}:PD:{2}\"",
     100, 100}};

static const struct sim_property storage_disk[] = {
    TEXT("FriendlyName", "Simulated Disk"), TEXT("HealthStatus", "0"),    KEY("ObjectId"),
    ARRAY("OperationalStatus", "2"),        TEXT("Size", "107374182400"),
};

static const struct sim_instance adapter_statistics[] = {
    {"{01234567-89AB-CDEF-0123-456789ABCDEF}", 100, 100}};

static const struct sim_property adapter_statistic[] = {
    KEY("InstanceID"),
    TEXT("Name", "Ethernet"),
    U64_AS("ReceivedBytes", 912447, 3000000000u, 0),
    U64_AS("SentBytes", 3583981, 900000000u, 0),
};

const struct sim_class sim_classes_device[] = {
    CLASS("Win32_DiskDrive", "DeviceID", drives, disk_drive),
    CLASS("Win32_Volume", "DeviceID", volumes, volume),
    CLASS("Win32_PageFileUsage", "Name", page_files, page_file_usage),
    CLASS("Win32_Process", "Handle", handles, win32_process),
    CLASS("Win32_NetworkAdapter", "DeviceID", adapters, network_adapter),
    CLASS("Msvm_ComputerSystem", "Name", guests, guest, .namespace_name = "root/virtualization/v2",
          .other_key = "CreationClassName", .other_value = "Msvm_ComputerSystem"),
    CLASS("MSCluster_Node", "Name", nodes, node, .namespace_name = "root/MSCluster"),
    CLASS("MSCluster_Resource", "Name", cluster_resources, cluster_resource,
          .namespace_name = "root/MSCluster"),
    CLASS("MSFT_MpComputerStatus", NULL, only, computer_status,
          .namespace_name = "root/Microsoft/Windows/Defender"),
    CLASS("MSFT_PhysicalDisk", "ObjectId", storage_disks, storage_disk,
          .namespace_name = "root/Microsoft/Windows/Storage"),
    CLASS("MSFT_NetAdapterStatisticsSettingData", "InstanceID", adapter_statistics,
          adapter_statistic, .namespace_name = "root/StandardCimv2"),
};
const size_t sim_classes_device_count = COUNT(sim_classes_device);
/* clang-format on */
