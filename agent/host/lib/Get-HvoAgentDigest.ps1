function Get-HvoAgentDigest {
    <#
    .SYNOPSIS
        Returns the digest of the agent's folder: sha256: and the SHA-256 of the sorted lines of its files.
    .DESCRIPTION
        A line is '<sha256 of the file>  <path in the folder, with />' and a line feed; lines are sorted by their bytes.
        agent.json is the host's own and does not count.
    #>
    param([Parameter(Mandatory = $true)] [string] $AgentFolder)
    $lines = New-Object System.Collections.Generic.List[string]
    $root = [System.IO.Path]::GetFullPath($AgentFolder).TrimEnd([System.IO.Path]::DirectorySeparatorChar)
    foreach ($file in [System.IO.Directory]::GetFiles($root, '*', 'AllDirectories')) {
        $name = $file.Substring($root.Length + 1).Replace('\', '/')
        if ($name -eq 'agent.json') { continue }
        $lines.Add((ConvertTo-HvoHex (Get-HvoHash -Path $file)) + '  ' + $name + "`n")
    }
    $lines.Sort([StringComparer]::Ordinal)
    $bytes = [System.Text.Encoding]::UTF8.GetBytes(($lines -join ''))
    return 'sha256:' + (ConvertTo-HvoHex (Get-HvoHash -Bytes $bytes))
}
