function Get-HvoAgentDigest {
    <#
    .SYNOPSIS
        Returns the digest of the agent's folder: sha256: and the SHA-256 of the sorted lines of its files.
    .DESCRIPTION
        A line is '<SHA-256 of the file>  <path in the folder, with />' and a line feed. Lines are sorted by their bytes.
        agent.json and the folder of the other versions do not count. A link is not followed: its line is 'link  <path>',
        so that a folder with a link never has the digest of a version. Every byte is read each time: the digest is what shows a
        changed file.
    .OUTPUTS
        String: sha256: and 64 hexadecimal digits.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $AgentFolder
    )
    $lines = [System.Collections.Generic.List[string]]::new()
    $algorithm = [System.Security.Cryptography.SHA256]::Create()
    try {
        foreach ($entry in @(Get-HvoTree -Folder $AgentFolder -Except 'agent.json', 'versions')) {
            if ($entry.Kind -eq 'Folder') { continue }
            $hash = 'link'
            # Hashed here and not by Get-HvoSha256: the calls of functions for each file took ten times as long as reading it.
            if ($entry.Kind -ne 'Link') {
                $hash = [BitConverter]::ToString($algorithm.ComputeHash([System.IO.File]::ReadAllBytes($entry.Path))).Replace('-', '')
            }
            $lines.Add($hash.ToLowerInvariant() + '  ' + $entry.Name + "`n")
        }
        $lines.Sort([StringComparer]::Ordinal)
        $hash = $algorithm.ComputeHash([System.Text.Encoding]::UTF8.GetBytes([string]::Concat($lines)))
        return 'sha256:' + (ConvertTo-HvoHex $hash)
    } finally {
        $algorithm.Dispose()
    }
}
