function Get-HvoAgentDigest {
    <#
    .SYNOPSIS
        Returns the digest of the agent's folder: sha256: and the SHA-256 of the sorted lines of its files.
    .DESCRIPTION
        A line is '<sha256 of the file>  <path in the folder, with />' and a line feed; lines are sorted by their bytes.
        agent.json is the host's own and does not count, nor does the folder of the other versions. A link is not followed:
        it has the line 'link  <path>', so that a folder with one is never taken for a version.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $AgentFolder
    )
    $lines = [System.Collections.Generic.List[string]]::new()
    foreach ($entry in @(Get-HvoTree -Folder $AgentFolder -Except 'agent.json', 'versions')) {
        if ($entry.Kind -eq 'Folder') { continue }
        $hash = if ($entry.Kind -eq 'Link') { 'link' } else { ConvertTo-HvoHex (Get-HvoSha256 -Path $entry.Path) }
        $lines.Add($hash + '  ' + $entry.Name + "`n")
    }
    $lines.Sort([StringComparer]::Ordinal)
    $bytes = [System.Text.Encoding]::UTF8.GetBytes(($lines -join ''))
    return 'sha256:' + (ConvertTo-HvoHex (Get-HvoSha256 -Bytes $bytes))
}
