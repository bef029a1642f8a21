function Get-HvoFreeSpace {
    <#
    .SYNOPSIS
        Returns the free bytes of a folder's volume, or null if the volume is unknown, as for a share.
    .OUTPUTS
        Int64, or null.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $best = $null
    foreach ($volume in @(Get-HvoVolume)) {
        if (-not (Test-HvoPathInside -Path $Path -Folder $volume.path)) { continue }
        if ($null -eq $best -or $volume.path.Length -gt $best.path.Length) { $best = $volume }
    }
    if ($null -eq $best) { return $null }
    return $best.free_bytes
}
