function Get-HvoHostMemory {
    <#
    .SYNOPSIS
        Returns the host's total and free memory.
    .OUTPUTS
        Object with Total and Free in bytes.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param()
    $os = Get-CimInstance -Namespace 'root\cimv2' -ClassName 'Win32_OperatingSystem' | Select-Object -First 1
    return [PSCustomObject]@{ Total = [long]$os.TotalVisibleMemorySize * 1024; Free = [long]$os.FreePhysicalMemory * 1024 }
}
