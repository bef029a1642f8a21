function Get-HvoVolume {
    <#
    .SYNOPSIS
        Returns the host's local volumes that have a path, including cluster shared volumes.
    .OUTPUTS
        Ordered dictionaries with path, size_bytes and free_bytes.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()
    foreach ($volume in @(Get-CimInstance -Namespace 'root\cimv2' -ClassName 'Win32_Volume' -Filter 'DriveType=3')) {
        $path = [string]$volume.Name
        if (-not $path -or $path.StartsWith('\\?\', [StringComparison]::Ordinal) -or $null -eq $volume.Capacity) { continue }
        [ordered]@{ path = $path; size_bytes = [long]$volume.Capacity; free_bytes = [long]$volume.FreeSpace }
    }
}
