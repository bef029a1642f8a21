function Get-HvoHostInventory {
    <#
    .SYNOPSIS
        Returns the host's line of the inventory.
    .OUTPUTS
        Ordered dictionary.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $os = Get-CimInstance -Namespace 'root\cimv2' -ClassName 'Win32_OperatingSystem' | Select-Object -First 1
    $machineHost = Get-VMHost
    $manifest = Read-HvoManifest -AgentFolder $Context.AgentFolder
    return [ordered]@{
        type = 'host'
        host_id = Get-HvoHostId
        computer_name = [string]$machineHost.ComputerName
        os = [ordered]@{ name = ([string]$os.Caption -creplace '^Microsoft\s+', '').Trim(); version = [string]$os.Version }
        logical_processors = [int]$machineHost.LogicalProcessorCount
        memory_total_bytes = [long]$os.TotalVisibleMemorySize * 1024
        memory_free_bytes = [long]$os.FreePhysicalMemory * 1024
        volumes = @(Get-HvoVolume)
        agent = [ordered]@{
            version = [string]$manifest.version; digest = Get-HvoAgentDigest -AgentFolder $Context.AgentFolder
            schema_versions = [int[]]@($manifest.schema_versions)
            versions = [string[]]@(Get-HvoVersionName -AgentRoot $Context.AgentRoot)
        }
    }
}
