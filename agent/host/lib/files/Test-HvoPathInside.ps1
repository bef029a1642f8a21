function Test-HvoPathInside {
    <#
    .SYNOPSIS
        Returns whether a full path is a folder or below it. D:\VMs2 is not below D:\VMs.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Folder
    )
    $comparison = [StringComparison]::Ordinal
    if (Test-HvoWindows) { $comparison = [StringComparison]::OrdinalIgnoreCase }
    $separator = [System.IO.Path]::DirectorySeparatorChar
    $separators = [char[]]@($separator, [System.IO.Path]::AltDirectorySeparatorChar)
    $inner = [System.IO.Path]::GetFullPath($Path).TrimEnd($separators) + $separator
    $outer = [System.IO.Path]::GetFullPath($Folder).TrimEnd($separators) + $separator
    return $inner.StartsWith($outer, $comparison)
}
