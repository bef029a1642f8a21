# The host: seals data to the key that the guest publishes, publishes the data, and deletes it when the guest has it.

function ConvertTo-FakeBase64Url {
    param([byte[]] $Bytes)
    [Convert]::ToBase64String($Bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_')
}

function ConvertFrom-FakeBase64Url {
    param([string] $Text)
    , [Convert]::FromBase64String($Text.Replace('-', '+').Replace('_', '/') + '=' * ((4 - $Text.Length % 4) % 4))
}

function New-FakeSealedData {
    <#
    .SYNOPSIS
        Seals $global:HvoFake.HostText to a public key (RFC 7516 and 7518), without any function of the guest.
    .PARAMETER Header
        Entries that replace or extend those of a correct protected header.
    #>
    param([System.Security.Cryptography.RSAParameters] $Public, [hashtable] $Header = @{})
    $n = ConvertTo-FakeBase64Url $Public.Modulus
    $sha256 = [System.Security.Cryptography.SHA256]::Create()
    $canonical = [System.Text.Encoding]::ASCII.GetBytes("{`"e`":`"AQAB`",`"kty`":`"RSA`",`"n`":`"$n`"}")
    $entries = [ordered]@{ alg = 'RSA-OAEP-256'; enc = 'A256CBC-HS512'
        kid = (ConvertTo-FakeBase64Url $sha256.ComputeHash($canonical))
        vm = '5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d'; run = 'b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10'
    }
    foreach ($name in $Header.Keys) { $entries[$name] = $Header[$name] }
    $json = ConvertTo-Json -InputObject $entries -Compress
    $protected = ConvertTo-FakeBase64Url ([System.Text.Encoding]::UTF8.GetBytes($json))
    $random = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    $secret = [byte[]]::new(64)
    $random.GetBytes($secret)
    $rsa = New-FakeRsa
    $rsa.ImportParameters($Public)
    $wrapped = $rsa.Encrypt($secret, [System.Security.Cryptography.RSAEncryptionPadding]::OaepSHA256)
    $aes = [System.Security.Cryptography.Aes]::Create()
    $aes.Key = [byte[]]$secret[32..63]
    $plain = [System.Text.Encoding]::UTF8.GetBytes($global:HvoFake.HostText)
    $cipher = $aes.CreateEncryptor().TransformFinalBlock($plain, 0, $plain.Length)
    $bits = [BitConverter]::GetBytes([long]$protected.Length * 8)
    [Array]::Reverse($bits)
    $covered = [byte[]]([System.Text.Encoding]::ASCII.GetBytes($protected) + $aes.IV + $cipher + $bits)
    $mac = [System.Security.Cryptography.HMACSHA512]::new([byte[]]$secret[0..31]).ComputeHash($covered)
    $parts = $wrapped, $aes.IV, $cipher, [byte[]]$mac[0..31]
    "$protected.$(($parts | ForEach-Object { ConvertTo-FakeBase64Url $_ }) -join '.')"
}

function Get-FakePublicKey {
    <#
    .SYNOPSIS
        Returns the key that the guest has published, or nothing.
    #>
    $ready = Get-FakeRegistry 'Guest' 'ProvisioningReady'
    if (-not $ready) { return }
    $content = ConvertFrom-Json -InputObject $ready
    $public = [System.Security.Cryptography.RSAParameters]::new()
    $public.Modulus = ConvertFrom-FakeBase64Url $content.key.n
    $public.Exponent = ConvertFrom-FakeBase64Url $content.key.e
    $public
}

function Publish-FakeData {
    <#
    .SYNOPSIS
        Publishes sealed data as the host agent does.
    #>
    param([string] $Sealed)
    $pool = 'SOFTWARE\Microsoft\Virtual Machine\External'
    $parts = 0
    for ($start = 0; $start -lt $Sealed.Length; $start += 1000) {
        $length = [Math]::Min(1000, $Sealed.Length - $start)
        $global:HvoFake.Registry["$pool|ProvisioningData.$parts"] = $Sealed.Substring($start, $length)
        $parts++
    }
    $sha256 = [System.Security.Cryptography.SHA256]::Create()
    $digest = [BitConverter]::ToString($sha256.ComputeHash([System.Text.Encoding]::UTF8.GetBytes($Sealed)))
    $manifest = '{{"protocol":1,"parts":{0},"sha256":"{1}"}}' -f $parts, $digest.Replace('-', '').ToLowerInvariant()
    $global:HvoFake.Registry["$pool|ProvisioningData"] = $manifest
}

function Clear-FakeData {
    <#
    .SYNOPSIS
        Deletes everything that the host has published.
    #>
    foreach ($key in @($global:HvoFake.Registry.Keys)) {
        if ($key.Contains('External|ProvisioningData')) { $global:HvoFake.Registry.Remove($key) }
    }
}

function Get-FakeState {
    <#
    .SYNOPSIS
        Returns the state that the guest has published, or nothing.
    #>
    $state = Get-FakeRegistry 'Guest' 'ProvisioningState'
    if ($state) { ConvertFrom-Json -InputObject $state }
}

function Get-FakePlaintext {
    <#
    .SYNOPSIS
        Returns guest data. The arguments replace fields, or remove them if they are null.
    #>
    param([hashtable] $Fields = @{}, [hashtable] $Top = @{})
    $all = @{ vm_name = 'web-server-01'; guest_la_uid = 'Administrator'; guest_la_pw = 'Canary-7f3a-Local!'
        guest_v4_ipaddr = '192.168.1.100'; guest_v4_cidrprefix = 24; guest_v4_defaultgw = '192.168.1.1'
        guest_v4_dns1 = '192.168.1.10'; guest_domain_jointarget = 'example.com'
        guest_domain_joinuid = 'svc-domainjoin'; guest_domain_joinpw = 'Canary-7f3a-Domain!'
    }
    foreach ($name in $Fields.Keys) {
        if ($null -eq $Fields[$name]) { $all.Remove($name) } else { $all[$name] = $Fields[$name] }
    }
    $data = @{ protocol = 1; os_family = 'windows'; fields = $all }
    foreach ($name in $Top.Keys) { $data[$name] = $Top[$name] }
    ConvertTo-Json -InputObject $data -Compress -Depth 5
}

function Use-FakeHost {
    <#
    .SYNOPSIS
        Has the host act whenever the guest waits: it publishes data once there is a key, and deletes it once there is a state.
    #>
    param([string] $Text = (Get-FakePlaintext), [hashtable] $Header = @{})
    $global:HvoFake.HostText = $Text
    $global:HvoFake.HostHeader = $Header
    $global:HvoFake.OnSleep = {
        if (Get-FakeState) { Clear-FakeData; return }
        if (Get-FakeRegistry 'External' 'ProvisioningData') { return }
        $public = Get-FakePublicKey
        if ($null -eq $public) { return }
        Publish-FakeData (New-FakeSealedData -Public $public -Header $global:HvoFake.HostHeader)
    }
}
