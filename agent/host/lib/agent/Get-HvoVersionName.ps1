function Get-HvoVersionName {
    <#
    .SYNOPSIS
        Returns the sorted names of the versions of the agent that lie in <root>\versions.
    .OUTPUTS
        Strings of 16 hexadecimal digits.
    #>
    param([Parameter(Mandatory = $true)] [string] $AgentRoot)
    $versions = Join-Path $AgentRoot 'versions'
    if ((Get-HvoEntryKind $versions) -ne 'Folder') { return }
    $names = New-Object System.Collections.Generic.List[string]
    foreach ($entry in (New-Object System.IO.DirectoryInfo $versions).GetFileSystemInfos()) {
        if ($entry.Name -cnotmatch '\A[0-9a-f]{16}\z') { continue }
        if ((Get-HvoEntryKind $entry.FullName) -eq 'Folder') { $names.Add($entry.Name) }
    }
    $names.Sort([StringComparer]::Ordinal)
    return $names
}
