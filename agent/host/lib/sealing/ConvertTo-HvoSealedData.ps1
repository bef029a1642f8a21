function ConvertTo-HvoSealedData {
    <#
    .SYNOPSIS
        Returns the guest's fields and the secrets of the agent's environment, sealed to the guest's key.
    .OUTPUTS
        String: the JWE.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [PSCustomObject] $Key
    )
    $fields = Get-HvoGuestField -Fields $Context.Fields -OsFamily $Context.OsFamily
    $names = [string[]]@($Context.Secrets.Keys)
    [Array]::Sort($names, [StringComparer]::Ordinal)
    foreach ($name in $names) {
        if ($name -cnotmatch '^(guest|cnf)_' -or -not (Test-HvoFieldApplicable -Name $name -OsFamily $Context.OsFamily)) { continue }
        $fields[$name] = $Context.Secrets[$name]
    }
    $data = ConvertTo-HvoJson ([ordered]@{ protocol = 1; os_family = $Context.OsFamily; fields = $fields })
    $plaintext = [System.Text.Encoding]::UTF8.GetBytes($data)
    try {
        return Protect-HvoGuestData -Plaintext $plaintext -Key $Key -VmId $Context.Journal.vm_id -RunId $Context.Run.id
    } finally {
        [Array]::Clear($plaintext, 0, $plaintext.Length)
    }
}
