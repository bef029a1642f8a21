function Test-HvoGuestData {
    <#
    .SYNOPSIS
        Returns whether the fields are valid for a Windows guest. The operator has checked the same rules before.
    .PARAMETER Fields
        The fields, with passwords as plain strings.
    .OUTPUTS
        System.Boolean
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    foreach ($value in $Fields.Values) { if ($value -isnot [string]) { return $false } }
    if ($Fields['vm_name'] -cnotmatch '\A(?![0-9]+\z)[A-Za-z0-9]([A-Za-z0-9-]{0,13}[A-Za-z0-9])?\z') { return $false }
    # Windows limits the length of account names, and the schema their characters.
    if ($Fields['guest_la_uid'] -cnotmatch '\A[A-Za-z_][A-Za-z0-9._-]{0,19}\z') { return $false }
    if (-not $Fields['guest_la_pw']) { return $false }
    $static = @('guest_v4_ipaddr', 'guest_v4_cidrprefix', 'guest_v4_defaultgw', 'guest_v4_dns1')
    $domain = @('guest_domain_jointarget', 'guest_domain_joinuid', 'guest_domain_joinpw')
    if (-not (Test-HvoAllOrNone -Fields $Fields -Name $static)) { return $false }
    if (-not (Test-HvoAllOrNone -Fields $Fields -Name $domain)) { return $false }
    foreach ($name in 'guest_v4_ipaddr', 'guest_v4_defaultgw', 'guest_v4_dns1', 'guest_v4_dns2') {
        if ($Fields.ContainsKey($name) -and -not (Test-HvoIPv4Address -Text $Fields[$name])) { return $false }
    }
    if ($Fields.ContainsKey('guest_v4_cidrprefix') -and
        $Fields['guest_v4_cidrprefix'] -cnotmatch '\A([1-9]|[12][0-9]|30)\z') { return $false }
    foreach ($name in 'guest_domain_jointarget', 'guest_net_dnssuffix') {
        if ($Fields.ContainsKey($name) -and $Fields[$name] -cnotmatch '\A[A-Za-z0-9][A-Za-z0-9.-]{0,252}\z') {
            return $false
        }
    }
    return $true
}
