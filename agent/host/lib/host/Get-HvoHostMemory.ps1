function Get-HvoHostMemory {
    <#
    .SYNOPSIS
        Returns the host's memory.
    .OUTPUTS
        Hashtable: Total and Free in bytes.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param()
    $os = Get-CimInstance -Namespace 'root\cimv2' -ClassName 'Win32_OperatingSystem' | Select-Object -First 1
    return @{ Total = [long]$os.TotalVisibleMemorySize * 1024; Free = [long]$os.FreePhysicalMemory * 1024 }
}
