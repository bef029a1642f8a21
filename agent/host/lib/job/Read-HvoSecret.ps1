function Read-HvoSecret {
    <#
    .SYNOPSIS
        Returns the secrets in this process's environment (HVO_SECRET_<FIELD>) by field, and clears the variables.
    .DESCRIPTION
        The variables are cleared so that no child process inherits them.
    .OUTPUTS
        Hashtable of field name to value; empty if there are none.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param()
    $secrets = @{}
    $variables = [Environment]::GetEnvironmentVariables()
    foreach ($name in @($variables.Keys)) {
        if (-not $name.StartsWith('HVO_SECRET_', [StringComparison]::OrdinalIgnoreCase)) { continue }
        $secrets[$name.Substring(11).ToLowerInvariant()] = [string]$variables[$name]
        [Environment]::SetEnvironmentVariable($name, [NullString]::Value)
    }
    return $secrets
}
