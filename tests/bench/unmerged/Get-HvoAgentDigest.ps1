function Get-HvoAgentDigest {
    <#
    .SYNOPSIS
        Returns the digest of the agent's folder: sha256: and the SHA-256 of the sorted lines of its files.
    .DESCRIPTION
        A line is '<SHA-256 of the file>  <path in the folder, with />' and a line feed. Lines are sorted by their bytes.
        agent.json and the folder of the other versions do not count. A link is not followed: its line is 'link  <path>',
        so that a folder with a link never has the digest of a version.
    .OUTPUTS
        String: sha256: and 64 hexadecimal digits.
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
