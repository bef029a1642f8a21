function Get-HvoVersionName {
    <#
    .SYNOPSIS
        Returns the sorted names of the agent's versions in <root>\versions.
    .OUTPUTS
        Strings of 16 hexadecimal digits.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $AgentRoot
    )
    $versions = Join-Path $AgentRoot 'versions'
    if ((Get-HvoEntryKind -Path $versions) -ne 'Folder') { return }
    $names = [System.Collections.Generic.List[string]]::new()
    foreach ($entry in [System.IO.DirectoryInfo]::new($versions).GetFileSystemInfos()) {
        if ($entry.Name -cnotmatch '\A[0-9a-f]{16}\z') { continue }
        if ((Get-HvoEntryKind -Path $entry.FullName) -eq 'Folder') { $names.Add($entry.Name) }
    }
    $names.Sort([StringComparer]::Ordinal)
    return $names
}
