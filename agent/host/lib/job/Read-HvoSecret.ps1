function Read-HvoSecret {
    <#
    .SYNOPSIS
        Takes the secrets out of this process's environment (HVO_SECRET_<FIELD>) and returns them by field.
    .DESCRIPTION
        The variables are gone when it returns, so that no child process gets them.
    .OUTPUTS
        Hashtable of field name to value; empty where there are none.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param()
    $secrets = @{}
    $variables = [Environment]::GetEnvironmentVariables()
    foreach ($name in @($variables.Keys)) {
        if ($name -notlike 'HVO_SECRET_*') { continue }
        $secrets[$name.Substring(11).ToLowerInvariant()] = [string]$variables[$name]
        [Environment]::SetEnvironmentVariable($name, [NullString]::Value)
    }
    return $secrets
}
