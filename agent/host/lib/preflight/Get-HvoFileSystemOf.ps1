function Get-HvoFileSystemOf {
    <#
    .SYNOPSIS
        Returns the volume of a path with its file system, or null if no local volume has the path.
    .OUTPUTS
        Object with Path, the volume's own, and FileSystem, such as NTFS, ReFS or CSVFS.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $best = $null
    foreach ($volume in @(Get-CimInstance -Namespace 'root\cimv2' -ClassName 'Win32_Volume' -Filter 'DriveType=3')) {
        $name = [string]$volume.Name
        if (-not $name -or $name.StartsWith('\\?\', [StringComparison]::Ordinal)) { continue }
        if (-not (Test-HvoPathInside -Path $Path -Folder $name)) { continue }
        if ($null -ne $best -and $best.Path.Length -ge $name.Length) { continue }
        $best = [PSCustomObject]@{ Path = $name; FileSystem = [string](Get-HvoProperty $volume 'FileSystem') }
    }
    return $best
}
