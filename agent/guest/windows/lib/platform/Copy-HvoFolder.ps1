function Copy-HvoFolder {
    <#
    .SYNOPSIS
        Copies a folder and everything below it.
    .DESCRIPTION
        The copy is made under a temporary name and renamed once it is complete, so an interrupted copy is never taken
        for a complete one. Only contents are copied: files on a disc are read-only, and a read-only copy could not be
        deleted.
    .PARAMETER From
        The folder to copy.
    .PARAMETER To
        The copy. It must not exist.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $From,
        [Parameter(Mandatory = $true)] [string] $To
    )
    $temporary = "$To.new"
    if ([System.IO.Directory]::Exists($temporary)) { [System.IO.Directory]::Delete($temporary, $true) }
    $start = [System.IO.Path]::GetFullPath($From).TrimEnd([char[]]'\/').Length + 1
    $null = [System.IO.Directory]::CreateDirectory($temporary)
    foreach ($file in [System.IO.Directory]::GetFiles($From, '*', [System.IO.SearchOption]::AllDirectories)) {
        $target = [System.IO.Path]::Combine($temporary, [System.IO.Path]::GetFullPath($file).Substring($start))
        $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($target))
        [System.IO.File]::WriteAllBytes($target, [System.IO.File]::ReadAllBytes($file))
    }
    [System.IO.Directory]::Move($temporary, $To)
}
