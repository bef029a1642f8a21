function Get-HvoRegistryValue {
    <#
    .SYNOPSIS
        Returns a value of HKEY_LOCAL_MACHINE as a string.
    .DESCRIPTION
        Reads the 64-bit view, also in a 32-bit process. Environment variables in the value are not expanded, because
        the host controls some of these values.
    .PARAMETER Path
        Key below HKEY_LOCAL_MACHINE.
    .PARAMETER Name
        Name of the value.
    .OUTPUTS
        System.String, or nothing if the value does not exist or is neither a string nor a number.
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
        } finally {
            $key.Dispose()
        }
    } finally {
        $base.Dispose()
    }
}
