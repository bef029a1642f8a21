function Get-HvoRegistryValue {
    <#
    .SYNOPSIS
    Reads one string value of HKEY_LOCAL_MACHINE.
    .DESCRIPTION
    The 64-bit view is read whatever the process is. Nothing is expanded: a value of the host's could name variables.
    .PARAMETER Path
    Key below HKEY_LOCAL_MACHINE.
    .PARAMETER Name
    Name of the value.
    .OUTPUTS
    System.String, or nothing where key or value does not exist or the value is no string or number.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Name
    )
    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try {
        $key = $base.OpenSubKey($Path)
        if ($null -eq $key) { return }
        try {
            $value = $key.GetValue($Name, $null, [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
            if ($value -is [string]) { return $value }
            if ($value -is [int]) { return $value.ToString([Globalization.CultureInfo]::InvariantCulture) }
        }
        finally { $key.Dispose() }
    }
    finally { $base.Dispose() }
}
