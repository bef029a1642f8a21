function Copy-HvoFolder {
    <#
    .SYNOPSIS
    Copies a folder; the copy has its name only once it is whole.
    .DESCRIPTION
    Contents alone are copied: what stands on a disc is marked read-only, and could not be removed again.
    .PARAMETER From
    The folder to copy.
    .PARAMETER To
    The copy, which does not exist yet.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $From,
        [Parameter(Mandatory = $true)] [string] $To
    )
    $beside = "$To.new"
    if ([System.IO.Directory]::Exists($beside)) { [System.IO.Directory]::Delete($beside, $true) }
    $start = [System.IO.Path]::GetFullPath($From).TrimEnd([char[]]'\/').Length + 1
    $null = [System.IO.Directory]::CreateDirectory($beside)
    foreach ($file in [System.IO.Directory]::GetFiles($From, '*', [System.IO.SearchOption]::AllDirectories)) {
        $target = [System.IO.Path]::Combine($beside, [System.IO.Path]::GetFullPath($file).Substring($start))
        $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($target))
        [System.IO.File]::WriteAllBytes($target, [System.IO.File]::ReadAllBytes($file))
    }
    [System.IO.Directory]::Move($beside, $To)
}
